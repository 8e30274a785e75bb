package gcp

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
	"certfleet/tests/lab/tools/pulumi/cloud-plugins/rest"
)

// owner is what has an IAM policy.
type owner struct {
	id, title string
	// base is the URL before ":getIamPolicy".
	base string
	// inQuery says that the policy's version is asked for in the query and not in the body.
	inQuery bool
	// mask names what a write may change, where the API wants it.
	mask string
}

// binding is one member in one role under one condition.
type binding struct {
	role, member string
	condition    plugin.Values
}

const (
	policyVersion = 3 // the first with conditions
	conflicts     = 6
	visible       = 30 * time.Second
)

func (a *api) policyOf(ctx context.Context, o owner) (plugin.Values, error) {
	target, body := o.base+":getIamPolicy", plugin.Values{}
	if o.inQuery {
		target += fmt.Sprintf("?options.requestedPolicyVersion=%d", policyVersion)
	} else {
		body["options"] = plugin.Values{"requestedPolicyVersion": policyVersion}
	}
	policy, err := a.post(ctx, target, body)
	if err != nil {
		return nil, fmt.Errorf("Error retrieving IAM policy for %s: %w", o.title, err)
	}
	return policy, nil
}

func (a *api) setPolicy(ctx context.Context, o owner, policy plugin.Values) error {
	body := plugin.Values{"policy": policy}
	if o.mask != "" {
		body["updateMask"] = o.mask
	}
	if _, err := a.post(ctx, o.base+":setIamPolicy", body); err != nil {
		return fmt.Errorf("Error setting IAM policy for %s: %w", o.title, err)
	}
	return nil
}

// changePolicy reads, changes and writes a policy, again where somebody else wrote it meanwhile.
func (a *api) changePolicy(ctx context.Context, o owner, change func([]any) []any) error {
	a.policies.Lock()
	defer a.policies.Unlock()
	pause := a.rest.Retry.First
	for try := 1; ; try++ {
		policy, err := a.policyOf(ctx, o)
		if err != nil {
			return err
		}
		before, _ := policy["bindings"].([]any)
		policy["bindings"], policy["version"] = change(before), policyVersion
		err = a.setPolicy(ctx, o, policy)
		switch {
		case !rest.IsStatus(err, http.StatusConflict):
			return err
		case try == conflicts:
			return fmt.Errorf("Error applying IAM policy to %s: Too many conflicts.  Latest error: %w", o.title, err)
		}
		if err := rest.Sleep(ctx, pause); err != nil {
			return err
		}
		pause *= 2
	}
}

// awaitMember waits until a read shows what was written: policies are eventually consistent.
func (a *api) awaitMember(ctx context.Context, o owner, b binding) error {
	end, pause := time.Now().Add(visible), a.rest.Retry.First
	for {
		policy, err := a.policyOf(ctx, o)
		if err != nil || b.in(policy) {
			return err
		}
		if time.Now().After(end) {
			return fmt.Errorf("Error applying IAM policy to %s: Waited too long for propagation.", o.title)
		}
		if err := rest.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func (b binding) matches(entry any) bool {
	values, _ := entry.(plugin.Values)
	condition, _ := values["condition"].(plugin.Values)
	return plugin.Text(values, "role") == b.role && sameCondition(condition, b.condition)
}

func sameCondition(a, b plugin.Values) bool {
	of := func(v plugin.Values) []string {
		return []string{plugin.Text(v, "title"), plugin.Text(v, "description"), plugin.Text(v, "expression")}
	}
	return reflect.DeepEqual(of(a), of(b))
}

// sameMember: addresses are the same in any case, principals of other identity providers are not.
func sameMember(a, b string) bool {
	if strings.HasPrefix(a, "principal") || strings.HasPrefix(b, "principal") {
		return a == b
	}
	return strings.EqualFold(a, b)
}

func (b binding) in(policy plugin.Values) bool {
	bindings, _ := policy["bindings"].([]any)
	return slices.ContainsFunc(bindings, func(entry any) bool {
		return b.matches(entry) && slices.ContainsFunc(membersOf(entry), func(m string) bool {
			return sameMember(m, b.member)
		})
	})
}

func membersOf(entry any) []string {
	values, _ := entry.(plugin.Values)
	return plugin.Texts(values, "members")
}

// addTo gives the bindings with the member in them.
func (b binding) addTo(bindings []any) []any {
	if b.in(plugin.Values{"bindings": bindings}) {
		return bindings
	}
	for _, entry := range bindings {
		if b.matches(entry) {
			entry.(plugin.Values)["members"] = plugin.ListOf(append(membersOf(entry), b.member))
			return bindings
		}
	}
	added := plugin.Values{"role": b.role, "members": plugin.ListOf([]string{b.member})}
	if len(b.condition) > 0 {
		added["condition"] = b.condition
	}
	return append(bindings, added)
}

// removeFrom gives the bindings without the member; one without members goes as a whole.
func (b binding) removeFrom(bindings []any) []any {
	kept := []any{}
	for _, entry := range bindings {
		if b.matches(entry) {
			rest := slices.DeleteFunc(membersOf(entry), func(m string) bool { return sameMember(m, b.member) })
			if len(rest) == 0 {
				continue
			}
			entry.(plugin.Values)["members"] = plugin.ListOf(rest)
		}
		kept = append(kept, entry)
	}
	return kept
}
