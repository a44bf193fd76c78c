package main

import (
	"fmt"
	"os"
	"sync"
	"time"
)

var logLock sync.Mutex

// logf writes one line in the format of Dify's logs: time, level, text.
func logf(level, format string, args ...any) {
	logLock.Lock()
	defer logLock.Unlock()
	stamp := time.Now().UTC().Format("2006-01-02 15:04:05.000")
	fmt.Fprintf(os.Stderr, "%s %s %s\n", stamp, level, fmt.Sprintf(format, args...))
}
