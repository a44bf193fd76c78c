package main

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"time"
)

// opening matches the only Python statement that the stand-in supports: health checks request a URL with it.
var opening = regexp.MustCompile(`^import urllib\.request; urllib\.request\.urlopen\(['"]([^'"]+)['"](?:, timeout=(\d+))?\)$`)

// pythonCommand answers `python3 -c 'import urllib.request; urllib.request.urlopen(URL)'` as Python does: any status of
// 400 and above is an exception.
func pythonCommand(args []string) int {
	var asked []string
	if len(args) == 2 && args[0] == "-c" {
		asked = opening.FindStringSubmatch(args[1])
	}
	if asked == nil {
		fmt.Fprintln(os.Stderr, "a stand-in for Python opens a URL, no more")
		return 2
	}
	seconds, _ := strconv.Atoi(asked[2])
	client := http.Client{Timeout: time.Duration(seconds) * time.Second}
	response, err := client.Get(asked[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "urllib.error.URLError: <urlopen error %v>\n", err)
		return 1
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		fmt.Fprintf(os.Stderr, "urllib.error.HTTPError: HTTP Error %s\n", response.Status)
		return 1
	}
	return 0
}
