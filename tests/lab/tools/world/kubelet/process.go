package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// process is the first process of a container, number 1 of a process namespace: all others end with it.
type process struct {
	cmd     *exec.Cmd
	done    chan struct{}
	started time.Time
}

// start returns when the container's own program runs.
func (t nsThread) start(spec containerSpec, netns *os.File, output *os.File) (*process, error) {
	specRead, specWrite, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer specWrite.Close()
	errorRead, errorWrite, err := os.Pipe()
	if err != nil {
		specRead.Close()
		return nil, err
	}
	defer errorRead.Close()
	cmd := exec.Command("/proc/self/exe", initCommand)
	cmd.Env = []string{}
	cmd.Stdout, cmd.Stderr = output, output
	cmd.ExtraFiles = []*os.File{specRead, errorWrite}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
		Setsid:     true,
	}
	err = t.in(netns, cmd.Start)
	specRead.Close()
	errorWrite.Close()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{}), started: time.Now()}
	go func() {
		_ = cmd.Wait() // what became of it is in ProcessState
		close(p.done)
	}()
	if err := json.NewEncoder(specWrite).Encode(spec); err != nil {
		p.kill()
		return nil, err
	}
	specWrite.Close()
	if message, _ := io.ReadAll(errorRead); len(message) > 0 {
		p.kill()
		return nil, errors.New(string(message))
	}
	return p, nil
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop is SIGTERM, then SIGKILL after the grace period or at once when hurry is closed.
func (p *process) stop(grace time.Duration, hurry <-chan struct{}) {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(grace):
		p.kill()
	case <-hurry:
		p.kill()
	}
}

// exitCode follows the shell: 128 and the signal for a killed process.
func (p *process) exitCode() (code, signal int32) {
	status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return 128 + int32(status.Signal()), int32(status.Signal())
	}
	return int32(p.cmd.ProcessState.ExitCode()), 0
}
