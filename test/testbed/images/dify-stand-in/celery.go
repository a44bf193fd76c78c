package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// celeryCommand answers `celery -A APP inspect ping|active_queues [-d NODE,…]` from the keys of workers in the broker.
func celeryCommand(args []string) int {
	question, nodes := celeryQuestion(args)
	if question != "ping" && question != "active_queues" {
		fmt.Fprintf(os.Stderr, "Usage: celery [OPTIONS] COMMAND [ARGS]...\n\nError: No such command '%s'.\n", strings.Join(args, " "))
		return 2
	}
	link, err := brokerRedis()
	if err != nil {
		fmt.Fprintf(os.Stderr, "kombu.exceptions.OperationalError: %v\n", err)
		return 1
	}
	defer link.close()
	keys, err := link.do("KEYS", workerKeys+"*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	slices.Sort(keys)
	replied := 0
	for _, key := range keys {
		name := strings.TrimPrefix(key, workerKeys)
		if len(nodes) > 0 && !slices.Contains(nodes, name) {
			continue
		}
		queues, err := link.do("GET", key)
		if err != nil || len(queues) == 0 {
			continue
		}
		replied++
		printReply(question, name, queues[0])
	}
	if replied == 0 {
		fmt.Fprintln(os.Stderr, "Error: No nodes replied within time constraint")
		return 69
	}
	fmt.Printf("\n%d nodes online.\n", replied)
	return 0
}

func printReply(question, name, queues string) {
	fmt.Printf("->  %s: OK\n", name)
	if question == "ping" {
		fmt.Println("        pong")
		return
	}
	for _, queue := range strings.Split(queues, ",") {
		fmt.Printf("    * {'name': '%s', 'routing_key': '%s'}\n", queue, queue)
	}
}

// celeryQuestion reads the question of `inspect` and the nodes. It ignores other options.
func celeryQuestion(args []string) (question string, nodes []string) {
	for index := 0; index < len(args); index++ {
		word := args[index]
		next := ""
		if index+1 < len(args) {
			next = args[index+1]
		}
		switch {
		case word == "inspect":
			question = next
			index++
		case word == "-d" || word == "--destination":
			nodes = strings.Split(next, ",")
			index++
		case strings.HasPrefix(word, "--destination="):
			nodes = strings.Split(strings.TrimPrefix(word, "--destination="), ",")
		case word == "-A" || word == "--app" || word == "-t" || word == "--timeout":
			index++
		}
	}
	return question, nodes
}
