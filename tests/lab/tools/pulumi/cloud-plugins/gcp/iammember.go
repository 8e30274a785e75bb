package gcp

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

// parent says how a kind of IAM member finds what it is a member of.
type parent struct {
	fields plugin.Fields
	// owner gives the owner of a resource's values, and the values that the state has of it.
	owner func(a *api, values plugin.Values) (owner, plugin.Values, error)
	// fromID gives the values that the first word of an import id stands for.
	fromID func(a *api, id string) (plugin.Values, error)
	// deleteFirst: see plugin.Resource.
	deleteFirst bool
}

func sameName(old, new any) bool {
	last := func(v any) string {
		text, _ := v.(string)
		return text[strings.LastIndex(text, "/")+1:]
	}
	return last(old) == last(new)
}

func accountMember() plugin.Resource[*api] {
	return member(parent{
		fields: plugin.Fields{"serviceAccountId": {Use: plugin.Required, Replaces: true, Check: func(value any) string {
			if id := value.(string); !strings.HasPrefix(id, "projects/") || !strings.Contains(id, "/serviceAccounts/") {
				return fmt.Sprintf("%q must be the account's full name, projects/PROJECT/serviceAccounts/EMAIL", id)
			}
			return ""
		}}},
		owner: func(_ *api, values plugin.Values) (owner, plugin.Values, error) {
			id := plugin.Text(values, "serviceAccountId")
			title := fmt.Sprintf("service account '%s'", id)
			return owner{id: id, title: title, base: iamURL + id, inQuery: true}, nil, nil
		},
		fromID: func(_ *api, id string) (plugin.Values, error) {
			return plugin.Values{"serviceAccountId": id}, nil
		},
	})
}

func projectMember() plugin.Resource[*api] {
	return member(parent{
		fields: plugin.Fields{"project": {Use: plugin.Required, Replaces: true}},
		owner: func(_ *api, values plugin.Values) (owner, plugin.Values, error) {
			id := strings.TrimPrefix(plugin.Text(values, "project"), "projects/")
			return owner{
				id: id, title: fmt.Sprintf("project %q", id), base: projectsURL + "projects/" + id,
				mask: "bindings,etag,auditConfigs",
			}, nil, nil
		},
		fromID: func(_ *api, id string) (plugin.Values, error) { return plugin.Values{"project": id}, nil },
		// The real plugin says so for the project's members, and only for them.
		deleteFirst: true,
	})
}

func zoneMember() plugin.Resource[*api] {
	return member(parent{
		fields: plugin.Fields{
			"managedZone": {Use: plugin.Required, Replaces: true, Same: sameName},
			"project":     {Use: plugin.OptionalComputed, Replaces: true},
		},
		owner: func(a *api, values plugin.Values) (owner, plugin.Values, error) {
			parts, err := a.zoneParts(plugin.Text(values, "managedZone"))
			if err != nil {
				return owner{}, nil, err
			}
			if project := plugin.Text(values, "project"); project != "" {
				parts["project"] = project
			}
			id := fmt.Sprintf("projects/%s/managedZones/%s", parts["project"], parts["zone"])
			title := fmt.Sprintf("dns managedzone %q", id)
			return owner{id: id, title: title, base: dnsURL + id, inQuery: true, mask: "bindings,etag,version"},
				plugin.Values{"managedZone": id, "project": parts["project"]}, nil
		},
		fromID: func(a *api, id string) (plugin.Values, error) {
			parts, err := a.zoneParts(id)
			return plugin.Values{"managedZone": parts["zone"], "project": parts["project"]}, err
		},
	})
}

func (a *api) zoneParts(zone string) (map[string]string, error) {
	return a.parseID(zone, "projects/{project}/managedZones/{zone}", "{project}/{zone}", "{zone}")
}

func member(p parent) plugin.Resource[*api] {
	return plugin.Resource[*api]{
		Fields:      memberFields(p.fields),
		DeleteFirst: p.deleteFirst,
		Create: func(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
			o, _, err := p.owner(a, inputs)
			if err != nil {
				return plugin.Gone, err
			}
			b := bindingOf(inputs)
			if err := a.changePolicy(ctx, o, b.addTo); err != nil {
				return plugin.Gone, err
			}
			if err := a.awaitMember(ctx, o, b); err != nil {
				return plugin.Gone, err
			}
			return p.read(ctx, a, inputs)
		},
		Read: func(ctx context.Context, a *api, _ string, state plugin.Values) (plugin.Made, error) {
			return p.read(ctx, a, state)
		},
		Import: p.fromImport,
		Update: func(context.Context, *api, string, plugin.Values, plugin.Values) (plugin.Values, error) {
			return nil, fmt.Errorf("an IAM member cannot be changed")
		},
		Delete: func(ctx context.Context, a *api, _ string, state plugin.Values) error {
			o, _, err := p.owner(a, state)
			if err != nil {
				return err
			}
			err = a.changePolicy(ctx, o, bindingOf(state).removeFrom)
			if isGone(err) {
				return nil
			}
			return err
		},
	}
}

func memberFields(own plugin.Fields) plugin.Fields {
	fields := plugin.Fields{
		"role": {Use: plugin.Required, Replaces: true},
		"member": {Use: plugin.Required, Replaces: true, Check: checkMember, Same: func(old, new any) bool {
			before, _ := old.(string)
			after, _ := new.(string)
			return sameMember(before, after)
		}},
		"condition": {Kind: plugin.Object, Replaces: true, Fields: plugin.Fields{
			"expression": {Use: plugin.Required}, "title": {Use: plugin.Required}, "description": {},
		}},
		"etag": {Use: plugin.Computed},
	}
	maps.Copy(fields, own)
	return fields
}

func checkMember(value any) string {
	text := value.(string)
	if !strings.Contains(text, ":") && text != "allUsers" && text != "allAuthenticatedUsers" {
		return fmt.Sprintf("invalid value %q (IAM members must have one of the values outlined here: "+
			"https://cloud.google.com/billing/docs/reference/rest/v1/Policy#Binding)", text)
	}
	return ""
}

func bindingOf(values plugin.Values) binding {
	condition, _ := values["condition"].(plugin.Values)
	return binding{role: plugin.Text(values, "role"), member: plugin.Text(values, "member"), condition: condition}
}

func (b binding) id(parentID string) string {
	id := strings.Join([]string{parentID, b.role, b.member}, "/")
	if len(b.condition) > 0 {
		id += "/" + plugin.Text(b.condition, "title")
	}
	return id
}

// read finds the member in its policy; without a policy or without the member in it, it is gone.
func (p parent) read(ctx context.Context, a *api, values plugin.Values) (plugin.Made, error) {
	o, state, err := p.owner(a, values)
	if err != nil {
		return plugin.Gone, err
	}
	policy, err := a.policyOf(ctx, o)
	switch b := bindingOf(values); {
	case isGone(err):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, err
	case !b.in(policy):
		return plugin.Gone, nil
	default:
		fresh := plugin.Values{"etag": plugin.Text(policy, "etag")}
		maps.Copy(fresh, state)
		return plugin.Made{ID: b.id(o.id), State: fresh}, nil
	}
}

// fromImport takes "PARENT ROLE MEMBER", as the real plugin does, but no condition.
func (p parent) fromImport(a *api, id string) (plugin.Made, error) {
	words := strings.Fields(id)
	if len(words) != 3 {
		return plugin.Gone, fmt.Errorf("Wrong number of parts to Member id %s; expected 'resource_name role member'; "+
			"the lab's stand-in imports no conditions", words)
	}
	state, err := p.fromID(a, words[0])
	if err != nil {
		return plugin.Gone, err
	}
	state["role"], state["member"] = words[1], words[2]
	return plugin.Made{ID: id, State: state}, nil
}
