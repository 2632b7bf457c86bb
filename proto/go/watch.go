// SPDX-License-Identifier: Apache-2.0

// Package atelier watches the instances of a workspace manager, and starts one and waits for it. What both do is the
// same in every language; CLIENTS.md in the folder above says it in full.
package atelier

import (
	"context"
	"io"
	"iter"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"atelier.dev/proto/wsman"
)

const (
	firstPause    = 100 * time.Millisecond
	longestPause  = 5 * time.Second
	probeTime     = 10 * time.Second
	stoppedKept   = 100_000
	forgottenText = "forgotten by the manager while the connection was lost"
)

// Option changes how Watch and StartAndWait go about it.
type Option func(*options)

type options struct {
	onLost   func(error, time.Duration)
	onStatus func(*wsman.WorkspaceStatus)
}

// OnLost is told of every loss of the connection, and how long the watch pauses before it tries again.
func OnLost(told func(err error, pause time.Duration)) Option {
	return func(o *options) { o.onLost = told }
}

// Watch hands on the present status of each instance that filter matches (nil: every instance), then every newest one,
// in the order of status_version per instance, over any number of lost connections. It ends without an error when ctx
// is done, and with one, as gRPC gave it, when the server refuses. It asks for a status when the one before was taken.
// The sequence is for one use.
func Watch(
	ctx context.Context, client wsman.WorkspaceManagerClient, filter *wsman.MetadataFilter, opts ...Option,
) iter.Seq2[*wsman.WorkspaceStatus, error] {
	return func(yield func(*wsman.WorkspaceStatus, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		seen := newest{live: map[string]*wsman.WorkspaceStatus{}, stopped: map[string]version{}}
		w := &watch{client: client, filter: filter, seen: seen}
		w.handOn = func(s *wsman.WorkspaceStatus) bool { return yield(s, nil) }
		for _, option := range opts {
			option(&w.options)
		}
		if err := w.run(ctx); err != nil {
			yield(nil, err)
		}
	}
}

type watch struct {
	options
	client wsman.WorkspaceManagerClient
	filter *wsman.MetadataFilter
	seen   newest
	handOn func(*wsman.WorkspaceStatus) bool
	left   bool
}

// run returns nil when the reader has left or ctx is done.
func (w *watch) run(ctx context.Context) error {
	pause := firstPause
	for {
		began := time.Now()
		err := w.missed(ctx)
		if err == nil && !w.left {
			err = w.subscribe(ctx)
		}
		if w.left || ctx.Err() != nil {
			return nil
		}
		if refused(err) {
			return err
		}
		if time.Since(began) >= longestPause {
			pause = firstPause
		}
		wait := pause/2 + rand.N(pause/2+1)
		pause = min(2*pause, longestPause)
		if w.onLost != nil {
			w.onLost(err, wait)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

func (w *watch) subscribe(ctx context.Context) error {
	ctx, cancel := context.WithCancel(metadata.AppendToOutgoingContext(ctx, "x-subscribe-from", "beginning"))
	defer cancel()
	stream, err := w.client.Subscribe(ctx, &wsman.SubscribeRequest{MustMatch: w.filter})
	if err != nil {
		return err
	}
	for !w.left {
		change, err := stream.Recv()
		if err != nil {
			return err
		}
		w.take(change.GetStatus())
	}
	return nil
}

// missed hands on the end of what was forgotten, or is about to be, while nobody listened.
func (w *watch) missed(ctx context.Context) error {
	if len(w.seen.live) == 0 {
		return nil
	}
	listing, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	listed, err := w.client.GetWorkspaces(listing, &wsman.GetWorkspacesRequest{MustMatch: w.filter})
	if err != nil {
		return err
	}
	present := map[string]bool{}
	for _, s := range listed.GetStatus() {
		present[s.GetId()] = true
	}
	for id, last := range w.seen.live {
		if present[id] || w.left {
			continue
		}
		if err := w.lookAgain(ctx, id, last); err != nil {
			return err
		}
	}
	return nil
}

func (w *watch) lookAgain(ctx context.Context, id string, last *wsman.WorkspaceStatus) error {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	described, err := w.client.DescribeWorkspace(ctx, &wsman.DescribeWorkspaceRequest{Id: id})
	if status.Code(err) == codes.NotFound {
		end := proto.Clone(last).(*wsman.WorkspaceStatus)
		end.Phase, end.StatusVersion, end.Message = wsman.WorkspacePhase_STOPPED, last.GetStatusVersion()+1, forgottenText
		delete(w.seen.live, id)
		w.left = !w.handOn(end)
		return nil
	}
	if err != nil {
		return err
	}
	w.take(described.GetStatus())
	return nil
}

func (w *watch) take(s *wsman.WorkspaceStatus) {
	if w.seen.isNews(s) {
		w.left = !w.handOn(s)
	}
}

// refused tells an answer that would come again from a connection that was lost.
func refused(err error) bool {
	if err == io.EOF {
		return false
	}
	switch status.Code(err) {
	case codes.InvalidArgument, codes.Unauthenticated, codes.PermissionDenied, codes.Unimplemented, codes.NotFound,
		codes.AlreadyExists, codes.FailedPrecondition, codes.OutOfRange:
		return true
	}
	return false
}

// newest knows the last status of each instance that runs, and the versions of the last ones that have stopped.
type newest struct {
	live    map[string]*wsman.WorkspaceStatus
	stopped map[string]version
	ended   []string
}

// version is one of a run of an instance: those of an id that was forgotten and is started again begin anew.
type version struct {
	startedSeconds int64
	startedNanos   int32
	number         uint64
}

func versionOf(s *wsman.WorkspaceStatus) version {
	started := s.GetMetadata().GetStartedAt()
	return version{started.GetSeconds(), started.GetNanos(), s.GetStatusVersion()}
}

func (v version) covers(other version) bool {
	return v.startedSeconds == other.startedSeconds && v.startedNanos == other.startedNanos && v.number >= other.number
}

func (n *newest) isNews(s *wsman.WorkspaceStatus) bool {
	id := s.GetId()
	last, known := n.stopped[id]
	if running := n.live[id]; running != nil {
		last, known = versionOf(running), true
	}
	if known && last.covers(versionOf(s)) {
		return false
	}
	if s.GetPhase() != wsman.WorkspacePhase_STOPPED {
		n.live[id] = s
		return true
	}
	delete(n.live, id)
	n.stopped[id] = versionOf(s)
	n.ended = append(n.ended, id)
	if len(n.ended) > stoppedKept {
		delete(n.stopped, n.ended[0])
		n.ended = n.ended[1:]
	}
	return true
}
