package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"switchboard/internal/load"
)

// loadCmd plays load against a running server, or against one of its own.
type loadCmd struct {
	Scenario []string `arg:"" optional:"" help:"Scenarios to play one after the other: ${scenarios}." default:"steady"`

	Ready            string `help:"File with the ready line of a running demo; - reads it from standard input." placeholder:"FILE"`
	load.Credentials `embed:""`

	Self bool `help:"Start a demo for this, on a free port and in a temporary folder, and end it afterwards."`
	PID  int  `name:"pid" help:"Process of the server, whose memory and CPU are read from /proc."`

	Database string `help:"postgres://… for the demo that --self starts, instead of SQLite."`

	Rate          float64       `help:"Arrivals a second, counted from when they are meant to happen; 0 is as many as the server answers." default:"0"`
	Duration      time.Duration `help:"How long is measured." default:"10s"`
	Warmup        time.Duration `help:"How long is played before that." default:"2s"`
	Conversations int           `help:"Conversations on WhatsApp that agents have." default:"200"`
	Pages         int           `help:"Customers on web pages." default:"50"`
	Agents        int           `help:"Agents, each with live screens." default:"20"`
	Connections   int           `help:"Connections for each kind of arrival." default:"64"`
	Sockets       int           `help:"Sockets and streams of the scenarios idle and reconnect." default:"1000"`

	JSON string `name:"json" help:"Write the results as JSON." placeholder:"FILE" type:"path"`
	HTML string `name:"html" help:"Write a report with charts." placeholder:"FILE" type:"path"`
}

func (c *loadCmd) Run(ctx context.Context) error {
	for _, name := range c.Scenario {
		if _, err := load.Find(name); err != nil {
			return err
		}
	}
	server, end, err := c.server(ctx)
	if err != nil {
		return err
	}
	defer end()
	say := func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	var results []*load.Result
	clean := true
	for _, name := range c.Scenario {
		result, err := server.Play(ctx, load.Plan{Scenario: name, Rate: c.Rate, Warmup: c.Warmup, Duration: c.Duration, Conversations: c.Conversations,
			Pages: c.Pages, Agents: c.Agents, Connections: c.Connections, Sockets: c.Sockets}, say)
		if err != nil {
			return err
		}
		result.Print(os.Stdout)
		results = append(results, result)
		clean = clean && result.Audit.Clean()
	}
	if c.JSON != "" {
		if err := writeJSON(c.JSON, results); err != nil {
			return err
		}
	}
	if c.HTML != "" {
		if err := writeHTML(c.HTML, results, nil); err != nil {
			return err
		}
	}
	if !clean {
		return errors.New("the audit found messages that are lost, doubled or misordered")
	}
	return nil
}

// server that is loaded, and how to end it.
func (c *loadCmd) server(ctx context.Context) (s load.Server, end func(), err error) {
	end = func() {}
	named := 0
	for _, says := range []bool{c.Self, c.Ready != "", c.URL != ""} {
		if says {
			named++
		}
	}
	switch {
	case named != 1:
		return s, end, errors.New("say which server: --ready FILE, --url ADDRESS with credentials, or --self")
	case c.Ready != "":
		ready, err := readyLine(c.Ready)
		return load.ServerOf(ready, c.PID), end, err
	case c.URL != "":
		ready, err := c.Credentials.Ready(ctx)
		return load.ServerOf(ready, c.PID), end, err
	}
	binary, err := os.Executable()
	if err != nil {
		return s, end, err
	}
	dir, err := os.MkdirTemp("", "switchboard-load-")
	if err != nil {
		return s, end, err
	}
	args, err := load.DemoArgs(dir, c.Database)
	if err != nil {
		return s, end, err
	}
	p := &load.Program{Binary: binary, Args: append(args, "--log", "error"), Log: os.Stderr}
	end = func() {
		if p.Running() {
			if _, ok := p.Stop(30 * time.Second); !ok {
				p.Kill()
			}
		}
		_ = os.RemoveAll(dir)
	}
	if err := p.Start(); err != nil {
		end()
		return s, func() {}, err
	}
	return load.ServerOf(p.Ready, p.PID()), end, nil
}

// readyLine is the first line of a file, or of standard input.
func readyLine(file string) (load.Ready, error) {
	var in io.Reader = os.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return load.Ready{}, err
		}
		defer f.Close()
		in = f
	}
	line, err := bufio.NewReader(in).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return load.Ready{}, err
	}
	return load.ParseReady(line)
}

func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}

func writeHTML(path string, results []*load.Result, table []load.Row) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(load.WriteHTML(f, results, table), f.Close())
}
