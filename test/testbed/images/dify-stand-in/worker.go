package main

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// defaultQueues are the queues that a worker of Dify serves by default.
const defaultQueues = "dataset,priority_dataset,priority_pipeline,pipeline,mail,ops_trace,app_deletion,plugin," +
	"workflow_storage,conversation,workflow,schedule_poller,schedule_executor,triggered_workflow_dispatcher," +
	"trigger_refresh_executor,retention"

const (
	// workerKeys is the prefix of the keys in the broker, one for each running worker. A worker renews its key long
	// before it expires.
	workerKeys    = "_stand_in.worker."
	workerRenewal = 2 * time.Second
	workerTTL     = "8"
	polledQueue   = "schedule_poller"
)

// runWorker serves the queues until it gets a signal to stop.
func runWorker(self identity, told faults) error {
	host, _ := os.Hostname()
	name := "celery@" + host
	queues := env("CELERY_QUEUES", env("CELERY_WORKER_QUEUES", defaultQueues))
	fmt.Printf(" -------------- %s v5.5.2 (immunity)\n- ** ---------- .> app:         dify %s\n- ** ---------- .> transport:   %s\n",
		name, self.Version, masked(os.Getenv("CELERY_BROKER_URL")))
	for _, queue := range strings.Split(queues, ",") {
		fmt.Printf("                .> %-16s exchange=%s(direct) key=%s\n", queue, queue, queue)
	}
	if err := prepareStorage(); err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- consume(name, queues, told) }()
	logf("INFO", "%s ready.", name)
	ended := make(chan struct{})
	go func() { waitForEnd(); close(ended) }()
	select {
	case err := <-failed:
		return err
	case <-ended:
		logf("INFO", "worker: Warm shutdown (MainProcess)")
		forgetWorker(name)
		return nil
	}
}

// consume takes tasks and renews the key of the worker. An unhealthy or hanging worker does neither.
func consume(name, queues string, told faults) error {
	if told.unhealthy || told.hang {
		select {}
	}
	for {
		link, err := brokerRedis()
		if err != nil {
			logf("ERROR", "consumer: Connection to broker lost. %v", err)
			time.Sleep(workerRenewal)
			continue
		}
		for err == nil {
			err = consumeOnce(link, name, queues)
		}
		link.close()
	}
}

func consumeOnce(link *redis, name, queues string) error {
	if _, err := link.do("SET", workerKeys+name, queues, "EX", workerTTL); err != nil {
		return err
	}
	task, err := link.do("BRPOP", polledQueue, fmt.Sprint(int(workerRenewal.Seconds())))
	if err == nil && len(task) == 2 {
		logf("INFO", "Task %s succeeded in 0.01s: None", task[1])
	}
	return err
}

func forgetWorker(name string) {
	if link, err := brokerRedis(); err == nil {
		_, _ = link.do("DEL", workerKeys+name)
		link.close()
	}
}
