// SPDX-License-Identifier: Apache-2.0
package atelier

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"atelier.dev/proto/wsman"
)

// StartFailed says why an instance did not come to RUNNING. It is context.DeadlineExceeded (errors.Is) when the
// deadline passed first.
type StartFailed struct {
	ID     string
	Reason string

	// Status is the last one seen; nil when there was none before the deadline.
	Status *wsman.WorkspaceStatus

	cause error
}

func (f *StartFailed) Error() string { return f.ID + ": " + f.Reason }

func (f *StartFailed) Unwrap() error { return f.cause }

// OnStatus is told every status of the instance that StartAndWait waits for, the last one included.
func OnStatus(told func(*wsman.WorkspaceStatus)) Option {
	return func(o *options) { o.onStatus = told }
}

// StartAndWait starts an instance and waits until it is RUNNING, or is headless and has done its work. The error is a
// *StartFailed when the instance failed or the deadline of ctx passed, ctx's own when it was cancelled, and gRPC's when
// the start or the watch was refused. At a deadline the instance is left as it is.
func StartAndWait(
	ctx context.Context, client wsman.WorkspaceManagerClient, request *wsman.StartWorkspaceRequest, opts ...Option,
) (*wsman.WorkspaceStatus, error) {
	var o options
	for _, option := range opts {
		option(&o)
	}
	var last *wsman.WorkspaceStatus
	if _, err := client.StartWorkspace(ctx, request); err != nil {
		return nil, notInTime(ctx, request.GetId(), last, err)
	}
	filter := &wsman.MetadataFilter{
		Owner: request.GetMetadata().GetOwner(), MetaId: request.GetMetadata().GetMetaId(),
	}
	for s, err := range Watch(ctx, client, filter, opts...) {
		if err != nil {
			return nil, err
		}
		if s.GetId() != request.GetId() {
			continue
		}
		last = s
		if o.onStatus != nil {
			o.onStatus(s)
		}
		done, reason := outcome(s)
		if reason != "" {
			return nil, &StartFailed{ID: s.GetId(), Reason: reason, Status: s}
		}
		if done {
			return s, nil
		}
	}
	return nil, notInTime(ctx, request.GetId(), last, ctx.Err())
}

func notInTime(ctx context.Context, id string, last *wsman.WorkspaceStatus, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	// The server's clock may be a little ahead of the context's.
	_, limited := ctx.Deadline()
	early := limited && ctx.Err() == nil && status.Code(err) == codes.DeadlineExceeded
	if !early && !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return err
	}
	reason := "not RUNNING in time"
	if last != nil {
		reason = fmt.Sprintf("%s: %s %s", reason, last.GetPhase(), last.GetMessage())
	}
	return &StartFailed{ID: id, Reason: reason, Status: last, cause: context.DeadlineExceeded}
}

// outcome has a reason when the instance failed.
func outcome(s *wsman.WorkspaceStatus) (done bool, reason string) {
	switch s.GetPhase() {
	case wsman.WorkspacePhase_RUNNING:
		return true, ""
	case wsman.WorkspacePhase_INTERRUPTED:
		return false, ""
	}
	done = s.GetPhase() == wsman.WorkspacePhase_STOPPING || s.GetPhase() == wsman.WorkspacePhase_STOPPED
	c := s.GetConditions()
	for _, said := range []string{c.GetFailed(), c.GetTimeout(), c.GetHeadlessTaskFailed()} {
		if said != "" {
			return done, said
		}
	}
	switch {
	case c.GetAborted() == wsman.WorkspaceConditionBool_TRUE:
		return done, "aborted"
	case c.GetStoppedByRequest() == wsman.WorkspaceConditionBool_TRUE:
		return done, "stopped by request"
	case s.GetPhase() == wsman.WorkspacePhase_STOPPED && s.GetMessage() == forgottenText:
		return done, forgottenText
	}
	return done, ""
}
