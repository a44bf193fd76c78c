// Command dify-stand-in replaces the processes of Dify on machines that cannot reach an image registry. It is one
// static program that answers Dify's health paths and routes. It uses the database, the Redis and the storage that its
// environment names, so that a wrong rendering fails as it does with Dify itself.
//
// The name that it is called with selects the program: health checks and migrations call `celery`, `flask` and
// `python3` in Dify's images.
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

// run is the entry point of the image. It returns the exit code.
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

// components maps each image of Dify to the function that starts it.
var components = map[string]func(identity, faults) error{
	"api":           runAPIImage,
	"web":           runWeb,
	"plugin-daemon": runPluginDaemon,
	"sandbox":       runSandbox,
	"agent-backend": runAgentBackend,
	"local-sandbox": runLocalSandbox,
}
