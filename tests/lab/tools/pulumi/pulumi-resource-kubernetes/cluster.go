package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// cluster speaks to one API server. Kinds are looked up one group version at a time, with what every authenticated
// user may read; the list of CRDs and the whole discovery are never asked for.
type cluster struct {
	dynamic dynamic.Interface
	http    *http.Client
	base    *url.URL

	mu    sync.Mutex
	known map[schema.GroupVersionKind]mapping
	// planned holds the scope of kinds whose CRD the program or a chart will only make.
	planned map[schema.GroupKind]bool
}

type mapping struct {
	resource   schema.GroupVersionResource
	namespaced bool
}

func newCluster(config *rest.Config) (*cluster, error) {
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	api, err := dynamic.NewForConfigAndClient(config, client)
	if err != nil {
		return nil, err
	}
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	return &cluster{
		dynamic: api, http: client, base: base,
		known:   map[schema.GroupVersionKind]mapping{},
		planned: map[schema.GroupKind]bool{},
	}, nil
}

// ping tells a cluster that is not there from one that refuses something: only the first is "unreachable".
func (c *cluster) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	_, code, err := c.get(ctx, "/version")
	if err != nil {
		return fmt.Errorf("unable to load schema information from the API server: %w", err)
	}
	if code == http.StatusUnauthorized {
		return fmt.Errorf("unable to load schema information from the API server: " +
			"the server has asked for the client to provide credentials")
	}
	return nil
}

func (c *cluster) get(ctx context.Context, path string) ([]byte, int, error) {
	target := *c.base
	target.Path += path
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
	if err != nil {
		return nil, 0, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, 0, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return body, response.StatusCode, err
}

// resolve finds the resource of a kind; a kind that the server does not have is a NoKindMatchError.
func (c *cluster) resolve(ctx context.Context, gvk schema.GroupVersionKind) (mapping, error) {
	c.mu.Lock()
	found, ok := c.known[gvk]
	c.mu.Unlock()
	if ok {
		return found, nil
	}
	if err := c.discover(ctx, gvk.GroupVersion()); err != nil {
		return mapping{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.known[gvk]; ok {
		return found, nil
	}
	return mapping{}, &meta.NoKindMatchError{GroupKind: gvk.GroupKind(), SearchedVersions: []string{gvk.Version}}
}

func (c *cluster) discover(ctx context.Context, gv schema.GroupVersion) error {
	path := "/apis/" + gv.String()
	if gv.Group == "" {
		path = "/api/" + gv.Version
	}
	body, code, err := c.get(ctx, path)
	if err != nil {
		return err
	}
	if code == http.StatusNotFound {
		return nil
	}
	if code != http.StatusOK {
		what := schema.GroupResource{Group: gv.Group}
		return apierrors.NewGenericServerResponse(code, "get", what, path, string(body), 0, true)
	}
	var list metav1.APIResourceList
	if err := json.Unmarshal(body, &list); err != nil {
		return fmt.Errorf("%s of the API server: %w", path, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range list.APIResources {
		kind := gv.WithKind(r.Kind)
		if _, seen := c.known[kind]; !seen && isWhole(r.Name) {
			c.known[kind] = mapping{resource: gv.WithResource(r.Name), namespaced: r.Namespaced}
		}
	}
	return nil
}

// isWhole tells a resource from its subresources ("pods/log").
func isWhole(name string) bool {
	for _, r := range name {
		if r == '/' {
			return false
		}
	}
	return true
}

func (c *cluster) has(ctx context.Context, gvk schema.GroupVersionKind) bool {
	_, err := c.resolve(ctx, gvk)
	return err == nil
}

// client is the endpoint of an object's kind, in the object's namespace where the kind has namespaces.
func (c *cluster) client(ctx context.Context, obj *unstructured.Unstructured) (dynamic.ResourceInterface, error) {
	found, err := c.resolve(ctx, obj.GroupVersionKind())
	if err != nil {
		return nil, err
	}
	if !found.namespaced {
		return c.dynamic.Resource(found.resource), nil
	}
	return c.dynamic.Resource(found.resource).Namespace(namespaceOrDefault(obj.GetNamespace())), nil
}

// plan remembers the scope of a kind from its CRD, for objects that a preview meets before the CRD exists.
func (c *cluster) plan(crd map[string]any) {
	group, _, _ := unstructured.NestedString(crd, "spec", "group")
	kind, _, _ := unstructured.NestedString(crd, "spec", "names", "kind")
	scope, _, _ := unstructured.NestedString(crd, "spec", "scope")
	if group == "" || kind == "" || scope == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.planned[schema.GroupKind{Group: group, Kind: kind}] = scope == "Namespaced"
}

// isNamespaced says whether objects of a kind live in a namespace. Nothing known is taken for yes, as the real
// plugin does: the API server clears the namespace of an object whose kind has none.
func (s *server) isNamespaced(gvk schema.GroupVersionKind) bool {
	if isBuiltIn(gvk.Group) {
		return !clusterScoped[gvk.GroupKind()]
	}
	if s.cluster == nil {
		return true
	}
	s.cluster.mu.Lock()
	planned, ok := s.cluster.planned[gvk.GroupKind()]
	s.cluster.mu.Unlock()
	if ok {
		return planned
	}
	found, err := s.cluster.resolve(s.ctx, gvk)
	return err != nil || found.namespaced
}

func namespaceOrDefault(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}
