package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

type options struct {
	command, crd, log string
	n, more           int
	limit, idle       time.Duration
}

const final = "Done"

var (
	errEnded     = errors.New("the operator has ended")
	errUnwatched = errors.New("the watch of the driver has ended")
)

// Times are seconds since the operator's process was started, memory is resident, in MiB.
type result struct {
	N int `json:"n"`
	// Until the first write to a Flow was seen, until all were final.
	FirstWrite float64 `json:"firstWrite"`
	Wall       float64 `json:"wall"`
	CPU        float64 `json:"cpu"`
	// Of kube-apiserver in the same time; 0 for the embedded one.
	ServerCPU float64 `json:"serverCpu"`
	// After all were final and the operator has rested; the highest until then.
	Memory     float64 `json:"memory"`
	PeakMemory float64 `json:"peakMemory"`
	IdleCPU    float64 `json:"idleCpu"`
	// As the server counted them; absent where it does not.
	Requests      requests `json:"requests,omitempty"`
	WritesEach    float64  `json:"writesEach"`
	Gets          int      `json:"gets"`
	Conflicts     int      `json:"conflicts"`
	Failures      int      `json:"failures"`
	Outputs       int      `json:"outputs"`
	LatencyMedian float64  `json:"latencyMedian"`
	LatencyWorst  float64  `json:"latencyWorst"`
	Stop          float64  `json:"stop"`
	Restarted     struct {
		CPU      float64  `json:"cpu"`
		Memory   float64  `json:"memory"`
		Writes   int      `json:"writes"`
		Gets     int      `json:"gets"`
		Requests requests `json:"requests,omitempty"`
	} `json:"restarted"`
}

func measure(ctx context.Context, o options) (r result, err error) {
	r.N = o.n
	log, err := os.Create(o.log)
	if err != nil {
		return r, err
	}
	defer func() { _ = log.Close() }()
	c, err := connect()
	if err != nil {
		return r, err
	}
	if err := c.install(ctx, o.crd); err != nil {
		return r, err
	}
	if err := c.createFlows(ctx, 1, o.n); err != nil {
		return r, err
	}
	if err := run(ctx, c, o, log, &r); err != nil {
		return r, err
	}
	if r.Outputs, err = c.countOutputs(ctx); err != nil {
		return r, err
	}
	return r, restart(ctx, c, o, log, &r)
}

func run(ctx context.Context, c *cluster, o options, log *os.File, r *result) error {
	seen, err := c.watchFlows(ctx)
	if err != nil {
		return err
	}
	before, err := c.requests(ctx)
	if err != nil {
		return err
	}
	server, err := c.serverCPU(ctx)
	if err != nil {
		return err
	}
	begin := time.Now()
	operator, err := startProcess(o.command, log)
	if err != nil {
		return err
	}
	defer operator.stop()
	if err := untilFinal(seen, operator, o, func() { r.FirstWrite = time.Since(begin).Seconds() }); err != nil {
		return err
	}
	r.Wall = time.Since(begin).Seconds()
	busy, err := operator.usage()
	if err != nil {
		return err
	}
	r.CPU = busy.CPUSeconds
	if r.ServerCPU, err = c.serverCPU(ctx); err != nil {
		return err
	}
	r.ServerCPU -= server
	rested, err := operator.rested(o.idle)
	if err != nil {
		return err
	}
	r.Memory, r.PeakMemory, r.IdleCPU = rested.MiB, rested.PeakMiB, rested.CPUSeconds-busy.CPUSeconds
	after, err := c.requests(ctx)
	if err != nil {
		return err
	}
	r.Requests = after.since(before)
	writes := 0
	writes, r.Gets, r.Conflicts, r.Failures = r.Requests.sum()
	r.WritesEach = float64(writes) / float64(o.n)
	if r.LatencyMedian, r.LatencyWorst, err = latency(ctx, c, o, operator, seen); err != nil {
		return err
	}
	r.Stop = operator.stop().Seconds()
	return nil
}

// Reads the watch until each Flow is in its final phase; calls `first` at the first write.
func untilFinal(seen <-chan seenFlow, operator *process, o options, first func()) error {
	done := make(map[string]bool, o.n)
	late := time.After(o.limit)
	for len(done) < o.n {
		select {
		case flow, ok := <-seen:
			if !ok {
				return errUnwatched
			}
			if first != nil {
				first()
				first = nil
			}
			if flow.Status.Phase == final {
				done[flow.Metadata.Name] = true
			}
		case <-operator.ended:
			return errEnded
		case <-late:
			return fmt.Errorf("after %s, %d of %d Flows are final", o.limit, len(done), o.n)
		}
	}
	return nil
}

// Creates further Flows, each when the one before is final: how long does one take where nothing else is to be done? In milliseconds.
func latency(ctx context.Context, c *cluster, o options, operator *process, seen <-chan seenFlow) (median, worst float64, err error) {
	times := []float64{}
	for i := range o.more {
		begin := time.Now()
		if err := c.createFlow(ctx, o.n+i+1); err != nil {
			return 0, 0, err
		}
		for name, isFinal := flowName(o.n+i+1), false; !isFinal; {
			select {
			case flow, ok := <-seen:
				if !ok {
					return 0, 0, errUnwatched
				}
				isFinal = flow.Metadata.Name == name && flow.Status.Phase == final
			case <-operator.ended:
				return 0, 0, errEnded
			case <-time.After(30 * time.Second):
				return 0, 0, fmt.Errorf("%s is not final after 30 s", name)
			}
		}
		times = append(times, time.Since(begin).Seconds()*1000)
	}
	if len(times) == 0 {
		return 0, 0, nil
	}
	slices.Sort(times)
	return times[len(times)/2], times[len(times)-1], nil
}

// Starts the operator over what is final: nothing is left to do.
func restart(ctx context.Context, c *cluster, o options, log *os.File, r *result) error {
	before, err := c.requests(ctx)
	if err != nil {
		return err
	}
	operator, err := startProcess(o.command, log)
	if err != nil {
		return err
	}
	defer operator.stop()
	// The more there is, the longer a server may gather it before it sends any.
	span := 3*time.Second + time.Duration(o.n)*150*time.Microsecond
	if err := operator.quiet(span, 2*time.Minute+2*span); err != nil {
		return err
	}
	busy, err := operator.usage()
	if err != nil {
		return err
	}
	rested, err := operator.rested(o.idle)
	if err != nil {
		return err
	}
	after, err := c.requests(ctx)
	if err != nil {
		return err
	}
	r.Restarted.CPU, r.Restarted.Memory = busy.CPUSeconds, rested.MiB
	r.Restarted.Requests = after.since(before)
	r.Restarted.Writes, r.Restarted.Gets, _, _ = r.Restarted.Requests.sum()
	return nil
}
