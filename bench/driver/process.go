package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Ticks a second in /proc/<pid>/stat: the same on every Linux that Go runs on.
const ticks = 100

// An operator, as a process of its own.
type process struct {
	*exec.Cmd
	ended chan struct{}
}

// What a process has used so far.
type usage struct {
	CPUSeconds float64
	MiB        float64
	PeakMiB    float64
}

func startProcess(command string, log *os.File) (*process, error) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return nil, errors.New("-command is empty")
	}
	p := &process{Cmd: exec.Command(words[0], words[1:]...), ended: make(chan struct{})}
	p.Stdout, p.Stderr = log, log
	if err := p.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.Wait()
		close(p.ended)
	}()
	return p, nil
}

// Asks it to end, and makes it end where it does not within 20 s. Returns the time that it took.
func (p *process) stop() time.Duration {
	begin := time.Now()
	_ = p.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		_ = p.Process.Kill()
		<-p.ended
	}
	return time.Since(begin)
}

func (p *process) usage() (usage, error) {
	var u usage
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	if err != nil {
		return u, fmt.Errorf("the operator has ended: %w", err)
	}
	// The name of the program stands in parentheses and may contain anything; user and system time are the 12th and 13th field after it.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	for _, field := range fields[11:13] {
		time, err := strconv.ParseFloat(string(field), 64)
		if err != nil {
			return u, err
		}
		u.CPUSeconds += time / ticks
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		return u, err
	}
	u.MiB, u.PeakMiB = mebibytes(status, "VmRSS:"), mebibytes(status, "VmHWM:")
	return u, nil
}

func mebibytes(status []byte, name string) float64 {
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte(name)); ok {
			kibibytes, _ := strconv.ParseFloat(string(bytes.Fields(rest)[0]), 64)
			return kibibytes / 1024
		}
	}
	return 0
}

// Waits until the process has been quiet for `span`: less than 0.05 s of CPU in that time. Gives up after `limit`.
func (p *process) quiet(span, limit time.Duration) error {
	const step = 250 * time.Millisecond
	seen := []float64{}
	for begin := time.Now(); time.Since(begin) < limit; time.Sleep(step) {
		u, err := p.usage()
		if err != nil {
			return err
		}
		seen = append(seen, u.CPUSeconds)
		if before := len(seen) - 1 - int(span/step); before >= 0 && u.CPUSeconds-seen[before] < 0.05 {
			return nil
		}
	}
	return nil
}

// A process at rest may still collect garbage, step by step: the longest time between two steps.
const restful = 3 * time.Second

// Waits for so long, and on until the process is quiet: what it uses then.
func (p *process) rested(idle time.Duration) (usage, error) {
	time.Sleep(idle)
	if err := p.quiet(restful, 2*time.Minute); err != nil {
		return usage{}, err
	}
	return p.usage()
}
