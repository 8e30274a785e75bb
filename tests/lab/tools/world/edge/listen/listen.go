// Package listen opens the listeners of a configuration.
package listen

import (
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
)

// Open listens on "host:port" or "unix:PATH".
func Open(address string) (net.Listener, error) {
	path, isSocket := strings.CutPrefix(address, "unix:")
	if !isSocket {
		return net.Listen("tcp", address)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	return net.Listen("unix", path)
}

// removeStale removes the socket that a killed process left behind, and nothing else.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return nil
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s exists and is no socket; remove it or choose another path", path)
	}
	if c, err := net.Dial("unix", path); err == nil {
		c.Close()
		return fmt.Errorf("%s is served by another process; stop that first", path)
	}
	return os.Remove(path)
}
