package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	v1 "k8s.io/api/core/v1"
)

const followInterval = 200 * time.Millisecond

func (k *kubelet) logPath(pod *v1.Pod, container string) string {
	return filepath.Join(k.root, "logs", pod.Namespace+"_"+pod.Name+"_"+container+".log")
}

// serveAPI answers what the API server asks a kubelet for `kubectl logs`. It asks for no credentials: only the lab's
// own namespace reaches it, and it has nothing but logs.
func (k *kubelet) serveAPI() error {
	certificate, err := selfSigned(k.nodeIP)
	if err != nil {
		return err
	}
	listener, err := tls.Listen("tcp", net.JoinHostPort(k.nodeIP, strconv.Itoa(apiPort)),
		&tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", k.serveLogs)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(k.ctx, func() { _ = server.Close() })
	go func() {
		if err := server.Serve(listener); k.ctx.Err() == nil {
			log.Printf("kubelet API: %v", err)
		}
	}()
	return nil
}

func selfSigned(address string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), NotAfter: time.Now().AddDate(1, 0, 0),
		IPAddresses: []net.IP{net.ParseIP(address)},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{certificate}, PrivateKey: key}, err
}

// serveLogs knows follow, tailLines and limitBytes; the logs carry no times, so that sinceTime finds nothing to go by.
func (k *kubelet) serveLogs(w http.ResponseWriter, r *http.Request) {
	pod := &v1.Pod{}
	pod.Namespace, pod.Name = r.PathValue("namespace"), r.PathValue("pod")
	file, err := os.Open(k.logPath(pod, r.PathValue("container")))
	if err != nil {
		http.Error(w, "no log: the container has not started", http.StatusNotFound)
		return
	}
	defer file.Close()
	query := r.URL.Query()
	if lines, err := strconv.Atoi(query.Get("tailLines")); err == nil {
		if err := seekTail(file, lines); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	var source io.Reader = file
	if limit, err := strconv.ParseInt(query.Get("limitBytes"), 10, 64); err == nil {
		source = io.LimitReader(file, limit)
	}
	w.Header().Set("Content-Type", "text/plain")
	flush := http.NewResponseController(w).Flush
	for {
		if _, err := io.Copy(w, source); err != nil || query.Get("follow") != "true" {
			return
		}
		if flush() != nil || k.worker(pod.Namespace, pod.Name) == nil || !sleep(r.Context(), followInterval) {
			return
		}
	}
}

// seekTail leaves the file at the start of its last lines.
func seekTail(file *os.File, lines int) error {
	content, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	start := len(content)
	for range lines + 1 {
		start = bytes.LastIndexByte(content[:max(start, 0)], '\n')
		if start < 0 {
			break
		}
	}
	_, err = file.Seek(int64(start+1), io.SeekStart)
	return err
}
