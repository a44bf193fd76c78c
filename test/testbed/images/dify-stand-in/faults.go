package main

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// faults are the errors that the environment injects into this process:
//
//	STAND_IN_START_DELAY  a duration that the process waits before it starts
//	STAND_IN_FAIL         "exit CODE after DURATION", "unhealthy" or "hang"
//	STAND_IN_SLOW         "PATH DURATION": requests of this path take so long
//	STAND_IN_HEAD         one more head of the schema, in the answer of `flask db heads`
type faults struct {
	startDelay time.Duration
	exitAfter  time.Duration
	exitCode   int
	// unhealthy answers every request with 503.
	unhealthy bool
	// hang accepts connections and never answers.
	hang bool
	// requests of slowPath take slowFor.
	slowPath string
	slowFor  time.Duration
}

func faultsFromEnv() faults {
	var told faults
	told.startDelay, _ = time.ParseDuration(os.Getenv("STAND_IN_START_DELAY"))
	if path, duration, found := strings.Cut(os.Getenv("STAND_IN_SLOW"), " "); found {
		told.slowPath = path
		told.slowFor, _ = time.ParseDuration(duration)
	}
	words := strings.Fields(os.Getenv("STAND_IN_FAIL"))
	if len(words) == 0 {
		return told
	}
	switch words[0] {
	case "unhealthy":
		told.unhealthy = true
	case "hang":
		told.hang = true
	case "exit":
		told.exitCode = 1
		if len(words) > 1 {
			told.exitCode, _ = strconv.Atoi(words[1])
		}
		told.exitAfter = time.Millisecond
		if len(words) > 3 {
			told.exitAfter, _ = time.ParseDuration(words[3])
		}
	}
	return told
}

// begin waits for the start delay and schedules the exit, if one is set.
func (told faults) begin() {
	time.Sleep(told.startDelay)
	if told.exitAfter == 0 {
		return
	}
	time.AfterFunc(told.exitAfter, func() {
		logf("CRITICAL", "Unhandled exception: told to exit with code %d", told.exitCode)
		os.Exit(told.exitCode)
	})
}

// wrap returns a handler that injects the faults, and calls next if there are none.
func (told faults) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case told.hang:
			<-r.Context().Done()
		case told.unhealthy:
			logf("ERROR", "%s %s: told to be unhealthy", r.Method, r.URL.Path)
			writeJSON(w, http.StatusServiceUnavailable, map[string]any{"status": "unhealthy"})
		default:
			if told.slowFor > 0 && r.URL.Path == told.slowPath {
				time.Sleep(told.slowFor)
			}
			next.ServeHTTP(w, r)
		}
	})
}
