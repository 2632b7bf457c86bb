// SPDX-License-Identifier: Apache-2.0
package atelier_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	atelier "atelier.dev/proto"
	"atelier.dev/proto/wsman"
	"atelier.dev/proto/wsman/mock"
	"go.uber.org/mock/gomock"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// scripted answers as a real manager does only by bad luck: each subscription gets the next part of the script.
type scripted struct {
	wsman.UnimplementedWorkspaceManagerServer
	parts chan part
}

type part struct {
	statuses []*wsman.WorkspaceStatus
	end      error
}

func (s *scripted) StartWorkspace(
	context.Context, *wsman.StartWorkspaceRequest,
) (*wsman.StartWorkspaceResponse, error) {
	return &wsman.StartWorkspaceResponse{}, nil
}

func (s *scripted) GetWorkspaces(
	context.Context, *wsman.GetWorkspacesRequest,
) (*wsman.GetWorkspacesResponse, error) {
	return &wsman.GetWorkspacesResponse{Status: []*wsman.WorkspaceStatus{{Id: "a"}, {Id: "b"}}}, nil
}

func (s *scripted) Subscribe(_ *wsman.SubscribeRequest, out grpc.ServerStreamingServer[wsman.SubscribeResponse]) error {
	asked, _ := metadata.FromIncomingContext(out.Context())
	if from := asked.Get("x-subscribe-from"); len(from) != 1 || from[0] != "beginning" {
		return status.Error(codes.InvalidArgument, "not from the beginning")
	}
	select {
	case p := <-s.parts:
		for _, each := range p.statuses {
			if err := out.Send(&wsman.SubscribeResponse{Status: each}); err != nil {
				return err
			}
		}
		if p.end != nil {
			return p.end
		}
	case <-out.Context().Done():
	}
	<-out.Context().Done()
	return out.Context().Err()
}

func script(t *testing.T, parts ...part) wsman.WorkspaceManagerClient {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	manager := &scripted{parts: make(chan part, len(parts))}
	for _, p := range parts {
		manager.parts <- p
	}
	s := grpc.NewServer()
	wsman.RegisterWorkspaceManagerServer(s, manager)
	go s.Serve(l)
	t.Cleanup(s.Stop)
	return connect(t, l.Addr().String())
}

func at(id string, version uint64, phase wsman.WorkspacePhase, started int64) *wsman.WorkspaceStatus {
	return &wsman.WorkspaceStatus{Id: id, StatusVersion: version, Phase: phase,
		Metadata: &wsman.WorkspaceMetadata{StartedAt: &timestamppb.Timestamp{Seconds: started}}}
}

func TestWhatIsNotNewIsLeftOut(t *testing.T) {
	away := status.Error(codes.Unavailable, "restarting")
	client := script(t,
		part{[]*wsman.WorkspaceStatus{at("a", 5, running, 1), at("b", 1, running, 1)}, away},
		part{[]*wsman.WorkspaceStatus{at("a", 4, running, 1), at("b", 1, running, 1), at("b", 3, stopped, 1)},
			status.Error(codes.Internal, "stream reset")},
		part{[]*wsman.WorkspaceStatus{at("a", 5, running, 1), at("b", 3, stopped, 1), at("a", 6, running, 1)},
			status.Error(codes.ResourceExhausted, "too many subscriptions")},
		part{[]*wsman.WorkspaceStatus{at("b", 1, running, 2), at("a", 7, stopped, 1)},
			status.Error(codes.PermissionDenied, "no more")})
	var seen []string
	var end error
	for s, err := range atelier.Watch(within(t, time.Minute), client, nil) {
		if err != nil {
			end = err
			continue
		}
		seen = append(seen, s.Id+strconv.FormatUint(s.StatusVersion, 10))
	}
	if want := []string{"a5", "b1", "b3", "a6", "b1", "a7"}; !slices.Equal(seen, want) {
		t.Errorf("%v instead of %v", seen, want)
	}
	if status.Code(end) != codes.PermissionDenied {
		t.Errorf("ended with %v", end)
	}
}

func TestRefusalsEndTheWatch(t *testing.T) {
	for _, code := range []codes.Code{codes.InvalidArgument, codes.Unauthenticated, codes.Unimplemented} {
		client := script(t, part{nil, status.Error(code, "no")})
		for s, err := range atelier.Watch(within(t, 10*time.Second), client, nil) {
			if status.Code(err) != code {
				t.Errorf("%v, %v instead of %v", s, err, code)
			}
		}
	}
}

func TestDeadlineSaysWhatWasSeenLast(t *testing.T) {
	pending := at("a", 1, wsman.WorkspacePhase_PENDING, 1)
	pending.Message = "no place"
	client := script(t, part{[]*wsman.WorkspaceStatus{pending}, nil})
	_, err := atelier.StartAndWait(within(t, time.Second), client, &wsman.StartWorkspaceRequest{Id: "a"})
	var failed *atelier.StartFailed
	if !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) || failed.Status.GetPhase() != 1 ||
		!strings.Contains(err.Error(), "not RUNNING in time: PENDING no place") {
		t.Errorf("%v", err)
	}
}

func TestCancelledStartReturnsTheContextsError(t *testing.T) {
	client := script(t, part{[]*wsman.WorkspaceStatus{at("a", 1, wsman.WorkspacePhase_PENDING, 1)}, nil})
	ctx, cancel := context.WithCancel(context.Background())
	_, err := atelier.StartAndWait(ctx, client, &wsman.StartWorkspaceRequest{Id: "a"},
		atelier.OnStatus(func(*wsman.WorkspaceStatus) { cancel() }))
	if err != context.Canceled {
		t.Errorf("%v", err)
	}
	if _, err = atelier.StartAndWait(ctx, client, &wsman.StartWorkspaceRequest{Id: "a"}); err != context.Canceled {
		t.Errorf("%v", err)
	}
}

func TestHeadlessThatHasDoneItsWorkIsNoFailure(t *testing.T) {
	client := script(t, part{[]*wsman.WorkspaceStatus{at("a", 9, stopped, 1)}, nil})
	s, err := atelier.StartAndWait(within(t, time.Minute), client, &wsman.StartWorkspaceRequest{Id: "a"})
	if err != nil || s.Phase != stopped {
		t.Errorf("%v, %v", s, err)
	}
}

func TestMocksStandForClientAndServer(t *testing.T) {
	control := gomock.NewController(t)
	var client wsman.WorkspaceManagerClient
	fake := mock.NewMockWorkspaceManagerClient(control)
	fake.EXPECT().DescribeCluster(gomock.Any(), gomock.Any()).
		Return(&wsman.DescribeClusterResponse{PreferredWorkspaceClass: "small"}, nil)
	client = fake
	answer, err := client.DescribeCluster(context.Background(), &wsman.DescribeClusterRequest{})
	if err != nil || answer.PreferredWorkspaceClass != "small" {
		t.Errorf("%v, %v", answer, err)
	}
	var _ wsman.WorkspaceManagerServer = mock.NewMockWorkspaceManagerServer(control)
}
