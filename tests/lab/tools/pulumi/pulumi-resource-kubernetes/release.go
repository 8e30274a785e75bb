package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const releaseTimeout = 300 // seconds, as Helm

// release has the inputs and outputs of helm.sh/v3:Release. The state of the real plugin holds every scalar, also
// unset ones, and so does ours: the json tags make resource.NewPropertyMap write them.
type release struct {
	AllowNullValues          bool                `json:"allowNullValues,omitempty"`
	Atomic                   bool                `json:"atomic,omitempty"`
	Chart                    string              `json:"chart,omitempty"`
	CleanupOnFail            bool                `json:"cleanupOnFail,omitempty"`
	CreateNamespace          bool                `json:"createNamespace,omitempty"`
	DependencyUpdate         bool                `json:"dependencyUpdate,omitempty"`
	Description              string              `json:"description,omitempty"`
	Devel                    bool                `json:"devel,omitempty"`
	DisableCRDHooks          bool                `json:"disableCRDHooks,omitempty"`
	DisableOpenapiValidation bool                `json:"disableOpenapiValidation,omitempty"`
	DisableWebhooks          bool                `json:"disableWebhooks,omitempty"`
	ForceUpdate              bool                `json:"forceUpdate,omitempty"`
	Keyring                  string              `json:"keyring,omitempty"`
	Lint                     bool                `json:"lint,omitempty"`
	MaxHistory               *int                `json:"maxHistory,omitempty"`
	Name                     string              `json:"name,omitempty"`
	Namespace                string              `json:"namespace,omitempty"`
	Postrender               string              `json:"postrender,omitempty"`
	RecreatePods             bool                `json:"recreatePods,omitempty"`
	RenderSubchartNotes      bool                `json:"renderSubchartNotes,omitempty"`
	Replace                  bool                `json:"replace,omitempty"`
	RepositoryOpts           *repository         `json:"repositoryOpts,omitempty"`
	ResetValues              bool                `json:"resetValues,omitempty"`
	ReuseValues              bool                `json:"reuseValues,omitempty"`
	Values                   map[string]any      `json:"values,omitempty"`
	SkipCrds                 bool                `json:"skipCrds,omitempty"`
	Timeout                  int                 `json:"timeout,omitempty"`
	Verify                   bool                `json:"verify,omitempty"`
	Version                  string              `json:"version,omitempty"`
	SkipAwait                bool                `json:"skipAwait,omitempty"`
	TakeOwnership            bool                `json:"takeOwnership,omitempty"`
	WaitForJobs              bool                `json:"waitForJobs,omitempty"`
	ResourceNames            map[string][]string `json:"resourceNames,omitempty"`
	Status                   *releaseStatus      `json:"status,omitempty"`
}

type repository struct {
	Repo     string `json:"repo,omitempty"`
	CAFile   string `json:"caFile,omitempty"`
	CertFile string `json:"certFile,omitempty"`
	KeyFile  string `json:"keyFile,omitempty"`
	Password string `json:"password,omitempty"`
	Username string `json:"username,omitempty"`
}

type releaseStatus struct {
	AppVersion string `json:"appVersion,omitempty"`
	Chart      string `json:"chart,omitempty"`
	Name       string `json:"name,omitempty"`
	Namespace  string `json:"namespace,omitempty"`
	Revision   *int   `json:"revision,omitempty"`
	Status     string `json:"status,omitempty"`
	Version    string `json:"version,omitempty"`
}

// decodeRelease opens secrets and drops unknown values. What the stand-in would do otherwise than the real plugin is
// refused by name.
func decodeRelease(properties resource.PropertyMap) (*release, error) {
	plain := properties.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsComputed() {
			return nil, true
		}
		return stripAll(v)
	})
	for _, key := range []string{"valueYamlFiles", "postrender", "verify"} {
		if value := plain[key]; value != nil && value != "" && value != false {
			return nil, notServed(key + " of a Release")
		}
	}
	text, err := json.Marshal(plain)
	if err != nil {
		return nil, err
	}
	result := &release{}
	if err := json.Unmarshal(text, result); err != nil {
		return nil, fmt.Errorf("decoding failure: %w", err)
	}
	if opts := result.RepositoryOpts; opts != nil && opts.Password != "" {
		return nil, notServed("repositoryOpts.password of a Release")
	}
	if result.Values == nil {
		result.Values = map[string]any{}
	}
	return result, nil
}

func stripAll(v resource.PropertyValue) (any, bool) {
	if !v.IsSecret() {
		return nil, false
	}
	return v.SecretValue().Element.MapRepl(nil, func(v resource.PropertyValue) (any, bool) {
		if v.IsComputed() {
			return nil, true
		}
		return stripAll(v)
	}), true
}

// checkpointRelease makes a Release's state. Its inputs are secret as a whole, as in the real plugin.
func checkpointRelease(inputs resource.PropertyMap, r *release, preview bool) resource.PropertyMap {
	state := resource.NewPropertyMap(r)
	state[inputsKey] = resource.MakeSecret(resource.NewObjectProperty(inputs))
	copyUnknowns(state, inputs)
	copySecrets(state, inputs)
	if preview {
		state["resourceNames"] = resource.MakeComputed(resource.NewStringProperty(""))
		state["status"] = resource.MakeComputed(resource.NewStringProperty(""))
	}
	return state
}

func releaseInputs(state resource.PropertyMap) (resource.PropertyMap, bool) {
	inputs := reveal(state[inputsKey])
	if !inputs.IsObject() {
		return nil, false
	}
	return inputs.ObjectValue(), true
}

// adopt takes over what the cluster says of a release. Values are merged over the wished ones, so that what somebody
// else changed with the helm program shows up as a difference.
func (r *release) adopt(live *liveRelease) error {
	if r.Name == "" {
		r.Name = live.Name
	}
	if r.Namespace == "" {
		r.Namespace = live.Namespace
	}
	if r.Chart == "" {
		r.Chart = live.Chart
	}
	r.Values = mergeValues(r.Values, live.values)
	r.Version = live.Version
	names, err := resourceNames(live.manifest)
	if err != nil {
		return err
	}
	revision := live.Revision
	r.ResourceNames = names
	r.Status = &releaseStatus{
		AppVersion: live.AppVersion, Chart: live.Chart, Name: live.Name, Namespace: live.Namespace,
		Revision: &revision, Status: live.Status, Version: live.Version,
	}
	return nil
}

func mergeValues(base, over map[string]any) map[string]any {
	result := maps.Clone(base)
	if result == nil {
		result = map[string]any{}
	}
	for key, value := range over {
		nested, isMap := value.(map[string]any)
		if before, ok := result[key].(map[string]any); ok && isMap {
			value = mergeValues(before, nested)
		}
		result[key] = value
	}
	return result
}

// resourceNames lists the objects of a manifest by kind, as "Deployment.apps/apps/v1": ["namespace/name"].
func resourceNames(manifest string) (map[string][]string, error) {
	names := map[string][]string{}
	for _, document := range splitDocuments(manifest) {
		obj := unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &obj.Object); err != nil {
			return nil, fmt.Errorf("manifest of the release: %w", err)
		}
		if obj.GetKind() == "" {
			continue
		}
		key := obj.GroupVersionKind().GroupKind().String() + "/" + obj.GetAPIVersion()
		if name := objectID(&obj); !slices.Contains(names[key], name) {
			names[key] = append(names[key], name)
		}
	}
	for _, list := range names {
		slices.Sort(list)
	}
	return names, nil
}
