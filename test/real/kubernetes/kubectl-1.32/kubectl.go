//go:build tools

// Package oldkubectl pins, through go.mod, the oldest kubectl that the tests try.
package oldkubectl

import (
	_ "k8s.io/kubernetes/cmd/kubectl"
)
