// Command dify-stand-in stands in for the processes of Dify where no image registry is reachable: one static program
// that answers Dify's health paths and routes, and really uses the database, the Redis and the storage that its
// environment names, so that a wrong rendering shows as it would with Dify itself.
//
// It is several programs by the name it is called with: `celery`, `flask` and `python3` are what health checks and
// migrations call inside Dify's images.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "celery":
		os.Exit(celeryCommand(os.Args[1:]))
	case "flask":
		os.Exit(flaskCommand(os.Args[1:]))
	case "python3":
		os.Exit(pythonCommand(os.Args[1:]))
	default:
		self, err := readIdentity()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(run(self, faultsFromEnv()))
	}
}

// run is the image's entry point; it gives the exit code.
func run(self identity, faults faults) int {
	start, known := components[self.Component]
	if !known {
		logf("ERROR", "no such component: %q", self.Component)
		return 1
	}
	faults.begin()
	if err := start(self, faults); err != nil {
		logf("ERROR", "%v", err)
		return 1
	}
	return 0
}

// components says how each of Dify's images starts.
var components = map[string]func(identity, faults) error{
	"api":           runAPIImage,
	"web":           runWeb,
	"plugin-daemon": runPluginDaemon,
	"sandbox":       runSandbox,
	"agent-backend": runAgentBackend,
	"local-sandbox": runLocalSandbox,
}
