// Gives an operator Flows to bring to their final phase, and measures what that costs: time, the operator's CPU and memory, and every
// request as the server counted it. Prints one JSON object. The cluster is the one of KUBECONFIG, and is taken to be empty.
//
//	driver -crd crd.yaml -n 1000 -command "./controller-runtime -concurrency 50"
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	var o options
	flag.StringVar(&o.command, "command", "", "starts the operator; words are separated by spaces")
	flag.StringVar(&o.crd, "crd", "", "manifest of the kind Flow")
	flag.StringVar(&o.log, "log", os.DevNull, "file for what the operator says")
	flag.IntVar(&o.n, "n", 1000, "how many Flows")
	flag.IntVar(&o.more, "more", 30, "how many further Flows, one after the other, tell the latency of a single one")
	flag.DurationVar(&o.limit, "limit", 30*time.Minute, "longest time for all of them")
	flag.DurationVar(&o.idle, "idle", 8*time.Second, "how long the operator rests at least before its memory is looked at")
	flag.Parse()
	result, err := measure(context.Background(), o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "driver:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(result)
}
