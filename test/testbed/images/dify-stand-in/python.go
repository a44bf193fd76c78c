package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// opening matches the Python statement with which health checks request a URL.
var opening = regexp.MustCompile(`^import urllib\.request; urllib\.request\.urlopen\(['"]([^'"]+)['"](?:, timeout=(\d+))?\)$`)

// querying matches a program that prints a word and the row of one statement of psycopg2.
var querying = regexp.MustCompile(`(?s)psycopg2\.connect\(.*execute\("""(.+)"""\)\s+print\("(\S+)", \*cursor\.fetchone\(\)\)`)

// pythonCommand answers the two kinds of programs that run in Dify's images: one that opens a URL, and one that queries
// the database.
func pythonCommand(args []string) int {
	if len(args) == 2 && args[0] == "-c" {
		if asked := opening.FindStringSubmatch(args[1]); asked != nil {
			return openURL(asked)
		}
		if asked := querying.FindStringSubmatch(args[1]); asked != nil {
			return queryRow(asked[1], asked[2])
		}
	}
	fmt.Fprintln(os.Stderr, "a stand-in for Python opens a URL or queries the database, no more")
	return 2
}

// queryRow prints the word and the first row. As the program, it prints `full` if the server has no connection left.
func queryRow(statement, word string) int {
	rows, err := ask(apiDatabase(), statement)
	var fault postgresError
	const tooManyConnections = "53300"
	if errors.As(err, &fault) && fault.code == tooManyConnections {
		fmt.Println(word, "full")
		return 0
	}
	if err != nil || len(rows) == 0 {
		fmt.Fprintf(os.Stderr, "psycopg2.OperationalError: %v\n", err)
		return 1
	}
	fmt.Println(word, strings.Join(rows[0], " "))
	return 0
}

// openURL requests a URL as Python does: any status of 400 and above is an exception.
func openURL(asked []string) int {
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
