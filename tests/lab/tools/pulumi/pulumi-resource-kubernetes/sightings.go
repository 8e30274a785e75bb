package main

import (
	"context"
	"iter"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
)

// sighting is one look at an object; without object and error it is not there.
type sighting struct {
	object *unstructured.Unstructured
	err    error
}

type observer struct {
	client dynamic.ResourceInterface
	name   string
	every  time.Duration
	last   *unstructured.Unstructured
}

type option func(*observer)

// repeatEvery also shows the same object again, for verdicts that hang on others.
func repeatEvery(pause time.Duration) option { return func(o *observer) { o.every = pause } }

// sightings shows an object now and at each change, until the context ends. It lists and watches this one name, so
// that it needs no more rights than `list` and `watch` in the object's namespace; a watch that breaks off begins
// again with a list. Only a refusal is an error: everything else may pass.
func sightings(
	ctx context.Context, client dynamic.ResourceInterface, name string, options ...option,
) iter.Seq[sighting] {
	o := &observer{client: client, name: name}
	for _, set := range options {
		set(o)
	}
	return func(yield func(sighting) bool) {
		for ctx.Err() == nil {
			version, more := o.list(ctx, yield)
			if !more || (version != "" && !o.watch(ctx, version, yield)) {
				return
			}
			_ = sleep(ctx, 500*time.Millisecond)
		}
	}
}

func (o *observer) options() metav1.ListOptions {
	return metav1.ListOptions{FieldSelector: fields.OneTermEqualSelector("metadata.name", o.name).String()}
}

// list returns the version to watch from, empty where the list failed.
func (o *observer) list(ctx context.Context, yield func(sighting) bool) (version string, more bool) {
	list, err := o.client.List(ctx, o.options())
	switch {
	case ctx.Err() != nil:
		return "", false
	case apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err):
		return "", yield(sighting{err: err})
	case apierrors.IsNotFound(err):
		return "", yield(sighting{})
	case err != nil:
		return "", true
	case len(list.Items) == 0:
		o.last = nil
		return list.GetResourceVersion(), yield(sighting{})
	}
	o.last = &list.Items[0]
	return list.GetResourceVersion(), yield(sighting{object: o.last})
}

func (o *observer) watch(ctx context.Context, version string, yield func(sighting) bool) bool {
	options := o.options()
	options.ResourceVersion = version
	watcher, err := o.client.Watch(ctx, options)
	if apierrors.IsForbidden(err) {
		return yield(sighting{err: err})
	}
	if err != nil {
		return true
	}
	defer watcher.Stop()
	var ticks <-chan time.Time
	if o.every > 0 {
		ticker := time.NewTicker(o.every)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-ticks:
			if o.last != nil && !yield(sighting{object: o.last}) {
				return false
			}
		case event, open := <-watcher.ResultChan():
			if !open || event.Type == watch.Error {
				return true
			}
			if !o.see(event, yield) {
				return false
			}
		}
	}
}

func (o *observer) see(event watch.Event, yield func(sighting) bool) bool {
	object, ok := event.Object.(*unstructured.Unstructured)
	if !ok || event.Type == watch.Bookmark {
		return true
	}
	if event.Type == watch.Deleted {
		object = nil
	}
	o.last = object
	return yield(sighting{object: object})
}
