package load

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Usage is what a process takes of its machine.
type Usage struct {
	At time.Time `json:"at"`
	// RSS is the memory in use; PSS counts pages shared with other processes in part. In bytes.
	RSS int64 `json:"rss"`
	PSS int64 `json:"pss,omitempty"`
	// CPU is the time of all cores so far.
	CPU time.Duration `json:"cpu_ns"`
	// Live is the heap in use and the stacks of Go, when the server tells its metrics.
	Live int64 `json:"live,omitempty"`
}

// clockTicks a second in /proc/PID/stat: what sysconf(_SC_CLK_TCK) gives on Linux.
const clockTicks = 100

// ProcessUsage reads /proc, which only Linux has.
func ProcessUsage(pid int) (u Usage, err error) {
	u.At = time.Now()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, err
	}
	// The name in brackets may hold anything, so fields are counted from behind it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 22 {
		return u, fmt.Errorf("/proc/%d/stat is not as we know it", pid)
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	u.CPU = time.Duration(user+system) * time.Second / clockTicks
	pages, _ := strconv.ParseInt(fields[21], 10, 64)
	u.RSS = pages * int64(os.Getpagesize())
	if rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid)); err == nil {
		for line := range strings.Lines(string(rollup)) {
			if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
				kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
				u.PSS = kb << 10
			}
		}
	}
	return u, nil
}

// metricsUsage reads what a server tells of itself, from the address of its metrics.
func metricsUsage(ctx context.Context, c *Client) (u Usage, err error) {
	a := c.Call(ctx, "GET", "/metrics", nil)
	if !a.Good() {
		return u, fmt.Errorf("GET /metrics: %s", a)
	}
	u.At = time.Now()
	for line := range strings.Lines(string(a.Body)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		number, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "process_resident_memory_bytes":
			u.RSS = int64(number)
		case "process_cpu_seconds_total":
			u.CPU = time.Duration(number * float64(time.Second))
		case "go_memstats_heap_alloc_bytes", "go_memstats_stack_inuse_bytes":
			u.Live += int64(number)
		}
	}
	return u, nil
}
