package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// initCommand makes this program the first process of a container: in new namespaces it builds the container's file
// system, then becomes the container's program.
const initCommand = "container-init"

// What the kubelet hands over, as file descriptors.
const (
	specFD  = 3
	errorFD = 4
)

type containerSpec struct {
	Hostname     string
	Root         string // an empty directory
	ReadOnlyRoot bool
	Files        map[string]string
	Binds        []bind
	Dir          string
	Argv, Env    []string
}

type bind struct {
	Source, Target string
	ReadOnly       bool
}

// The death signal belongs to a thread, and exec keeps that of the thread that calls it: it must be the first one.
func init() {
	if len(os.Args) > 1 && os.Args[1] == initCommand {
		runtime.LockOSThread()
	}
}

// containerInit reports a failure through errorFD, which a successful exec closes.
func containerInit() {
	unix.CloseOnExec(errorFD)
	spec := containerSpec{}
	err := readSpec(&spec)
	if err == nil {
		err = spec.enter()
	}
	if err == nil {
		err = spec.exec()
	}
	fmt.Fprint(os.NewFile(errorFD, "error"), err)
	os.Exit(1)
}

// readSpec also ends this process when the kubelet died before it could arrange for its death signal.
func readSpec(spec *containerSpec) error {
	file := os.NewFile(specFD, "spec")
	defer file.Close()
	data, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, spec)
}

func (s *containerSpec) enter() error {
	if err := unix.Sethostname([]byte(s.Hostname)); err != nil {
		return fmt.Errorf("hostname: %w", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("private mounts: %w", err)
	}
	if err := unix.Mount("tmpfs", s.Root, "tmpfs", unix.MS_NODEV|unix.MS_NOSUID, "mode=755"); err != nil {
		return fmt.Errorf("tmpfs on %s: %w", s.Root, err)
	}
	for _, build := range []func() error{s.writeFiles, s.makeDev, s.mountProc, s.bindAll, s.pivot} {
		if err := build(); err != nil {
			return err
		}
	}
	if s.ReadOnlyRoot {
		return unix.Mount("", "/", "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
	}
	return nil
}

func (s *containerSpec) writeFiles() error {
	for path, content := range s.Files {
		target := filepath.Join(s.Root, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, []byte(content), 0o644); err != nil {
			return err
		}
	}
	tmp := filepath.Join(s.Root, "tmp")
	if err := os.MkdirAll(tmp, 0o777); err != nil {
		return err
	}
	return os.Chmod(tmp, 0o1777)
}

func (s *containerSpec) makeDev() error {
	for _, device := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := s.mountBind(bind{Source: "/dev/" + device, Target: "/dev/" + device}); err != nil {
			return err
		}
	}
	for link, target := range map[string]string{
		"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		if err := os.Symlink(target, filepath.Join(s.Root, "dev", link)); err != nil {
			return err
		}
	}
	return nil
}

// mountProc falls back to the lab's own /proc: where parts of that are masked, as in many containers, the kernel
// refuses a new one in a user namespace.
func (s *containerSpec) mountProc() error {
	target := filepath.Join(s.Root, "proc")
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if unix.Mount("proc", target, "proc", unix.MS_NODEV|unix.MS_NOSUID|unix.MS_NOEXEC, "") == nil {
		return nil
	}
	return s.mountBind(bind{Source: "/proc", Target: "/proc"})
}

func (s *containerSpec) bindAll() error {
	for _, b := range s.Binds {
		if err := s.mountBind(b); err != nil {
			return err
		}
	}
	return nil
}

func (s *containerSpec) mountBind(b bind) error {
	target := filepath.Join(s.Root, b.Target)
	info, err := os.Stat(b.Source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if info.IsDir() {
		err = os.MkdirAll(target, 0o755)
	} else {
		var file *os.File
		if file, err = os.OpenFile(target, os.O_CREATE|os.O_WRONLY, 0o644); err == nil {
			err = file.Close()
		}
	}
	if err != nil {
		return err
	}
	if err := unix.Mount(b.Source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s: %w", b.Target, err)
	}
	if !b.ReadOnly {
		return nil
	}
	return remountReadOnly(target)
}

// remountReadOnly keeps the flags that a user namespace may not take away.
func remountReadOnly(target string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(target, &fs); err != nil {
		return err
	}
	kept := uintptr(fs.Flags) & (unix.MS_NODEV | unix.MS_NOSUID | unix.MS_NOEXEC)
	return unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY|kept, "")
}

func (s *containerSpec) pivot() error {
	if err := os.Chdir(s.Root); err != nil {
		return err
	}
	// The former root ends up on top of the new one, from where it is taken away. A machine whose root is an initramfs
	// knows no pivot_root; these programs are not out to escape, so that a plain chroot will do.
	if unix.PivotRoot(".", ".") == nil {
		if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
			return fmt.Errorf("leave the former root: %w", err)
		}
	} else if err := unix.Chroot("."); err != nil {
		return fmt.Errorf("chroot: %w", err)
	}
	return os.Chdir("/")
}

func (s *containerSpec) exec() error {
	if err := os.Chdir(s.Dir); err != nil {
		return err
	}
	os.Clearenv()
	for _, entry := range s.Env {
		if name, value, _ := strings.Cut(entry, "="); name == "PATH" {
			os.Setenv(name, value)
		}
	}
	program, err := exec.LookPath(s.Argv[0])
	if err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return err
	}
	return fmt.Errorf("%s: %w", program, unix.Exec(program, s.Argv, s.Env))
}
