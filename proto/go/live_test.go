// SPDX-License-Identifier: Apache-2.0
package atelier_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	atelier "atelier.dev/proto"
	"atelier.dev/proto/contentservice"
	"atelier.dev/proto/wsman"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const (
	running = wsman.WorkspacePhase_RUNNING
	stopped = wsman.WorkspacePhase_STOPPED
)

// follow watches an instance in the background. What is not in strict order of versions, or comes after STOPPED, fails
// the test.
func follow(
	t *testing.T, ctx context.Context, client wsman.WorkspaceManagerClient, id string, opts ...atelier.Option,
) <-chan *wsman.WorkspaceStatus {
	seen := make(chan *wsman.WorkspaceStatus, 1000)
	go func() {
		defer close(seen)
		var last *wsman.WorkspaceStatus
		for s, err := range atelier.Watch(ctx, client, &wsman.MetadataFilter{MetaId: id}, opts...) {
			if err != nil {
				t.Errorf("the watch ended: %v", err)
				return
			}
			if last != nil && (s.StatusVersion <= last.StatusVersion || last.Phase == stopped) {
				t.Errorf("%s %d after %s %d", s.Phase, s.StatusVersion, last.Phase, last.StatusVersion)
			}
			last = s
			seen <- s
		}
	}()
	return seen
}

func awaitPhase(
	t *testing.T, ctx context.Context, seen <-chan *wsman.WorkspaceStatus, phase wsman.WorkspacePhase,
) *wsman.WorkspaceStatus {
	t.Helper()
	for {
		select {
		case s, open := <-seen:
			if !open {
				t.Fatalf("the watch ended before %s", phase)
			}
			if s.Phase == phase {
				return s
			}
		case <-ctx.Done():
			t.Fatalf("%s was not seen", phase)
		}
	}
}

func TestScenario(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	client := connect(t, live.address)
	request := instance(t, &contentservice.GitInitializer{
		RemoteUri: repository(t), CheckoutLocation: "real", FullClone: true, Config: &contentservice.GitConfig{},
	})
	request.Spec.WorkspaceLocation = "real"
	seen := follow(t, ctx, client, request.Id)
	var told []wsman.WorkspacePhase
	status, err := atelier.StartAndWait(ctx, client, request, atelier.OnStatus(func(s *wsman.WorkspaceStatus) {
		told = append(told, s.Phase)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if status.Phase != running || status.Spec.Url == "" || status.Auth.OwnerToken == "" {
		t.Errorf("not a running instance that can be entered: %v", status.Phase)
	}
	if len(told) == 0 || told[len(told)-1] != running {
		t.Errorf("told %v", told)
	}
	awaitPhase(t, ctx, seen, running)
	_, err = client.SetTimeout(ctx, &wsman.SetTimeoutRequest{Id: request.Id, Duration: "3h"})
	if err != nil {
		t.Fatal(err)
	}
	if extended := awaitPhase(t, ctx, seen, running); extended.Spec.Timeout != "3h0m0s" {
		t.Errorf("timeout %s", extended.Spec.Timeout)
	}
	snapshot, err := client.TakeSnapshot(ctx, &wsman.TakeSnapshotRequest{Id: request.Id})
	if err != nil || snapshot.Url == "" {
		t.Fatalf("snapshot %v: %v", snapshot, err)
	}
	if _, err = client.StopWorkspace(ctx, &wsman.StopWorkspaceRequest{Id: request.Id}); err != nil {
		t.Fatal(err)
	}
	end := awaitPhase(t, ctx, seen, stopped)
	if end.Conditions.Failed != "" || end.Conditions.FinalBackupComplete != wsman.WorkspaceConditionBool_TRUE {
		t.Errorf("ended with %v", end.Conditions)
	}
	if end.Repo.GetBranch() != "main" {
		t.Errorf("repository %v", end.Repo)
	}
}

func TestWatchGoesOnOverLostConnections(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	direct, way := connect(t, live.address), routeTo(t, live.address)
	request := instance(t, nil)
	var lost atomic.Int32
	seen := follow(t, ctx, connect(t, way.Addr().String()), request.Id,
		atelier.OnLost(func(err error, pause time.Duration) { lost.Add(1) }))
	if _, err := atelier.StartAndWait(ctx, direct, request); err != nil {
		t.Fatal(err)
	}
	awaitPhase(t, ctx, seen, running)
	way.sever()
	if _, err := direct.SetTimeout(ctx, &wsman.SetTimeoutRequest{Id: request.Id, Duration: "2h"}); err != nil {
		t.Fatal(err)
	}
	way.mend()
	if missed := awaitPhase(t, ctx, seen, running); missed.Spec.Timeout != "2h0m0s" {
		t.Errorf("what was missed: %s", missed.Spec.Timeout)
	}
	way.sever()
	way.mend()
	stop(t, direct, request.Id)
	awaitPhase(t, ctx, seen, stopped)
	if lost.Load() < 2 {
		t.Errorf("told of %d losses", lost.Load())
	}
}

func TestDeadConnectionIsNoticed(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	direct, way := connect(t, live.address), routeTo(t, live.address)
	request := instance(t, nil)
	// The shortest that this library allows; DialOptions differ in the figures alone.
	impatient := grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 10 * time.Second, Timeout: time.Second})
	seen := follow(t, ctx, connect(t, way.Addr().String(), impatient), request.Id)
	if _, err := atelier.StartAndWait(ctx, direct, request); err != nil {
		t.Fatal(err)
	}
	awaitPhase(t, ctx, seen, running)
	way.freeze()
	stop(t, direct, request.Id)
	awaitPhase(t, ctx, seen, stopped)
}

func TestWatchGoesOnOverARestart(t *testing.T) {
	ctx := within(t, 4*time.Minute)
	client := connect(t, live.address)
	request := instance(t, nil)
	seen := follow(t, ctx, client, request.Id)
	if _, err := atelier.StartAndWait(ctx, client, request); err != nil {
		t.Fatal(err)
	}
	awaitPhase(t, ctx, seen, running)
	live.kill()
	if err := live.start(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.GetWorkspaces(ctx, &wsman.GetWorkspacesRequest{}, grpc.WaitForReady(true)); err != nil {
		t.Fatal(err)
	}
	stop(t, client, request.Id)
	awaitPhase(t, ctx, seen, stopped)
}

func TestSlowReaderSeesEveryPhase(t *testing.T) {
	ctx := within(t, time.Minute)
	client := connect(t, live.address)
	request := instance(t, nil)
	var phases []wsman.WorkspacePhase
	begin := true
	if _, err := client.StartWorkspace(ctx, request); err != nil {
		t.Fatal(err)
	}
	for s, err := range atelier.Watch(ctx, client, &wsman.MetadataFilter{MetaId: request.Id}) {
		if err != nil {
			t.Fatal(err)
		}
		if begin {
			begin = false
			for s := s; s.Phase != running; time.Sleep(20 * time.Millisecond) {
				s = describe(t, client, request.Id)
			}
			stop(t, client, request.Id)
			for s := s; s.Phase != stopped; time.Sleep(20 * time.Millisecond) {
				s = describe(t, client, request.Id)
			}
		}
		phases = append(phases, s.Phase)
		if s.Phase == stopped {
			break
		}
	}
	said := ""
	for _, phase := range phases {
		said += phase.String() + " "
	}
	for _, phase := range []string{"RUNNING", "STOPPING", "STOPPED"} {
		if !strings.Contains(said, phase) {
			t.Errorf("%s is not among %s", phase, said)
		}
	}
}

func describe(t *testing.T, client wsman.WorkspaceManagerClient, id string) *wsman.WorkspaceStatus {
	t.Helper()
	d, err := client.DescribeWorkspace(context.Background(), &wsman.DescribeWorkspaceRequest{Id: id})
	if err != nil {
		t.Fatal(err)
	}
	return d.Status
}

func TestForgottenInstanceEndsStopped(t *testing.T) {
	ctx := within(t, 2*time.Minute)
	direct, way := connect(t, live.address), routeTo(t, live.address)
	request := instance(t, nil)
	seen := follow(t, ctx, connect(t, way.Addr().String()), request.Id)
	if _, err := atelier.StartAndWait(ctx, direct, request); err != nil {
		t.Fatal(err)
	}
	last := awaitPhase(t, ctx, seen, running)
	way.sever()
	stop(t, direct, request.Id)
	known := func() bool {
		_, err := direct.DescribeWorkspace(ctx, &wsman.DescribeWorkspaceRequest{Id: request.Id})
		return status.Code(err) != codes.NotFound
	}
	for known() && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
	way.mend()
	end := awaitPhase(t, ctx, seen, stopped)
	if !strings.HasPrefix(end.Message, "forgotten by the manager") || end.StatusVersion != last.StatusVersion+1 {
		t.Errorf("%d %q after %d", end.StatusVersion, end.Message, last.StatusVersion)
	}
}

func TestCancelledWatchEndsAtOnceAlsoInAPause(t *testing.T) {
	for _, address := range []string{live.address, freeAddress()} {
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		lost := make(chan bool, 100)
		go func() {
			var last error
			for _, err := range atelier.Watch(ctx, connect(t, address), &wsman.MetadataFilter{Owner: "nobody"},
				atelier.OnLost(func(error, time.Duration) { lost <- true })) {
				last = err
			}
			ended <- last
		}()
		if address != live.address {
			<-lost
		} else {
			time.Sleep(300 * time.Millisecond)
		}
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(2 * time.Second):
			t.Error("the watch goes on")
		}
	}
}

func TestStartThatFailsSaysWhy(t *testing.T) {
	ctx := within(t, time.Minute)
	request := instance(t, &contentservice.GitInitializer{RemoteUri: "http://" + freeAddress() + "/none.git"})
	_, err := atelier.StartAndWait(ctx, connect(t, live.address), request)
	var failed *atelier.StartFailed
	if !errors.As(err, &failed) || !strings.Contains(failed.Reason, "Content initialization failed") {
		t.Fatalf("%v", err)
	}
	if failed.ID != request.Id || failed.Status.Conditions.Failed != failed.Reason {
		t.Errorf("%v", failed)
	}
}

func TestRefusedStartIsThrownAsItIs(t *testing.T) {
	request := instance(t, nil)
	request.Metadata.Owner = ""
	_, err := atelier.StartAndWait(within(t, time.Minute), connect(t, live.address), request)
	if status.Code(err) != codes.InvalidArgument {
		t.Errorf("%v", err)
	}
}
