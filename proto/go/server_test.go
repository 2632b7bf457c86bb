// SPDX-License-Identifier: Apache-2.0
package atelier_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	atelier "atelier.dev/proto"
	"atelier.dev/proto/contentservice"
	"atelier.dev/proto/wsman"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// server is a real atelier.jar, on a port of its own that it keeps over restarts.
type server struct {
	data, jar, address string
	process            *exec.Cmd
}

// Known instances are forgotten soon after they have stopped, so that tests can see that.
const retention = 4 * time.Second

var live *server

func TestMain(m *testing.M) {
	jar := os.Getenv("ATELIER_JAR")
	if jar == "" {
		jar = "../../ear/target/atelier.jar"
	}
	if _, err := os.Stat(jar); err != nil {
		fmt.Fprintln(os.Stderr, "no atelier.jar: build it first, or name it in ATELIER_JAR:", err)
		os.Exit(1)
	}
	os.Exit(func() int {
		data, err := os.MkdirTemp("", "atelier-go-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(data)
		live = &server{data: data, jar: jar, address: freeAddress()}
		defer live.kill()
		if err := live.start(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

func freeAddress() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (s *server) start() error {
	_, port, _ := net.SplitHostPort(s.address)
	log, err := os.CreateTemp(s.data, "log")
	if err != nil {
		return err
	}
	s.process = exec.Command("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", s.jar,
		"--atelier.data.directory="+s.data, "--atelier.http.port=0", "--atelier.grpc.port="+port,
		"--atelier.timeouts.retention="+retention.String())
	s.process.Stdout, s.process.Stderr = log, log
	if err := s.process.Start(); err != nil {
		return err
	}
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if said, _ := os.ReadFile(log.Name()); strings.Contains(string(said), "Atelier is ready.") {
			return nil
		}
	}
	said, _ := os.ReadFile(log.Name())
	return errors.New("the server did not start: " + string(said))
}

func (s *server) kill() {
	if s.process != nil && s.process.Process != nil {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
	}
}

func connect(t *testing.T, address string, more ...grpc.DialOption) wsman.WorkspaceManagerClient {
	t.Helper()
	options := append(atelier.DialOptions(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	options = append(options, more...)
	connection, err := grpc.NewClient(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return wsman.NewWorkspaceManagerClient(connection)
}

// route is a way to the server that can be cut and mended.
type route struct {
	net.Listener
	mu     sync.Mutex
	cut    bool
	frozen chan struct{}
	conns  []net.Conn
}

func routeTo(t *testing.T, address string) *route {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &route{Listener: l, frozen: make(chan struct{})}
	t.Cleanup(func() { l.Close(); r.sever() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			r.forward(in, address)
		}
	}()
	return r
}

func (r *route) forward(in net.Conn, address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out, err := net.Dial("tcp", address)
	if err != nil || r.cut {
		in.Close()
		return
	}
	r.conns = append(r.conns, in, out)
	frozen := r.frozen
	go func() { io.Copy(until{frozen, in}, out); in.Close() }()
	go func() { io.Copy(until{frozen, out}, in); out.Close() }()
}

// until writes nothing any more, and says nothing, once it is frozen.
type until struct {
	frozen chan struct{}
	net.Conn
}

func (u until) Write(some []byte) (int, error) {
	select {
	case <-u.frozen:
		return len(some), nil
	default:
		return u.Conn.Write(some)
	}
}

// freeze lets nothing through the connections that there are, without ending them.
func (r *route) freeze() {
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.frozen)
	r.frozen = make(chan struct{})
}

// sever ends all connections and lets none through until mend.
func (r *route) sever() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = true
	for _, c := range r.conns {
		c.Close()
	}
	r.conns = nil
}

func (r *route) mend() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cut = false
}

// repository serves a real git repository with one commit, and answers its URL.
func repository(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	work := filepath.Join(root, "work")
	git := func(arguments ...string) {
		command := exec.Command("git", arguments...)
		command.Dir = root
		if said, err := command.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", arguments, err, said)
		}
	}
	git("init", "-q", "-b", "main", work)
	if err := os.WriteFile(filepath.Join(work, "README.md"), []byte("# Real\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	git("-C", work, "add", ".")
	git("-C", work, "-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "-qm", "Begin")
	git("clone", "-q", "--bare", work, "real.git")
	git("-C", "real.git", "update-server-info")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	files := &http.Server{Handler: http.FileServer(http.Dir(root))}
	t.Cleanup(func() { files.Close() })
	go files.Serve(l)
	return "http://" + l.Addr().String() + "/real.git"
}

// instance is a request for an instance of a workspace of its own, with the content that from makes (nil: none).
func instance(t *testing.T, from *contentservice.GitInitializer) *wsman.StartWorkspaceRequest {
	id := strings.ToLower(t.Name()[4:])
	id = fmt.Sprintf("%.30s-%d", id, time.Now().UnixMilli()%1_000_000)
	initializer := &contentservice.WorkspaceInitializer{}
	if from != nil {
		initializer.Spec = &contentservice.WorkspaceInitializer_Git{Git: from}
	}
	return &wsman.StartWorkspaceRequest{
		Id: id, ServicePrefix: id,
		Metadata: &wsman.WorkspaceMetadata{Owner: "tester", MetaId: id},
		Spec: &wsman.StartWorkspaceSpec{
			WorkspaceImage: "default", WorkspaceLocation: "/", Initializer: initializer,
		},
	}
}

func within(t *testing.T, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	t.Cleanup(cancel)
	return ctx
}

func stop(t *testing.T, client wsman.WorkspaceManagerClient, id string) {
	t.Helper()
	request := &wsman.StopWorkspaceRequest{Id: id, Policy: wsman.StopWorkspacePolicy_ABORT}
	if _, err := client.StopWorkspace(context.Background(), request); err != nil {
		t.Fatal(err)
	}
}
