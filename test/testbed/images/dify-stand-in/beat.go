package main

import (
	"os"
	"time"
)

const scheduleTask = "schedule.workflow_schedule_task.poll_workflow_schedules"

// runBeat sends the scheduler's task every WORKFLOW_SCHEDULE_POLLER_INTERVAL minutes. The default is 1.
func runBeat(told faults) error {
	interval, err := time.ParseDuration(env("WORKFLOW_SCHEDULE_POLLER_INTERVAL", "1") + "m")
	if err != nil || interval <= 0 {
		interval = time.Minute
	}
	logf("INFO", "beat: Starting...")
	go func() {
		for ; ; time.Sleep(interval) {
			if !told.hang && !told.unhealthy {
				sendDueTask()
			}
		}
	}()
	waitForEnd()
	logf("INFO", "beat: Shutting down...")
	return nil
}

func sendDueTask() {
	link, err := brokerRedis()
	if err != nil {
		logf("ERROR", "beat: Connection error: %v. It is tried again when the next task is due.", err)
		return
	}
	defer link.close()
	if _, err := link.do("LPUSH", polledQueue, scheduleTask); err != nil {
		logf("ERROR", "beat: %v (pid %d)", err, os.Getpid())
		return
	}
	logf("INFO", "Scheduler: Sending due task poll_workflow_schedules (%s)", scheduleTask)
}
