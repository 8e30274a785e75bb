package identity

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
)

var (
	roleForm       = regexp.MustCompile(`^[a-zA-Z0-9_.]{3,64}$`)
	permissionForm = regexp.MustCompile(`^[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+$`)
)

// Role is a custom or predefined role.
type Role struct {
	Name                string   `json:"name"`
	Title               string   `json:"title,omitempty"`
	Description         string   `json:"description,omitempty"`
	IncludedPermissions []string `json:"includedPermissions,omitempty"`
	Stage               string   `json:"stage,omitempty"`
	Etag                string   `json:"etag"`
	Deleted             bool     `json:"deleted,omitempty"`
}

// dnsPermissions are those of Cloud DNS that the lab knows: readers' ones first.
var dnsPermissions = []string{
	"dns.changes.get", "dns.changes.list", "dns.managedZones.get", "dns.managedZones.list", "dns.managedZones.getIamPolicy",
	"dns.projects.get", "dns.resourceRecordSets.get", "dns.resourceRecordSets.list",
	"dns.changes.create", "dns.managedZones.create", "dns.managedZones.delete", "dns.managedZones.update",
	"dns.managedZones.setIamPolicy",
	"dns.resourceRecordSets.create", "dns.resourceRecordSets.delete", "dns.resourceRecordSets.update",
}

const dnsReaderPermissions = 8

// everything is what owners may do; the lab does not list it.
const everything = "*"

var predefined = map[string][]string{
	"roles/owner":      {everything},
	"roles/dns.admin":  append(slices.Clone(dnsPermissions), "resourcemanager.projects.get"),
	"roles/dns.reader": slices.Clone(dnsPermissions[:dnsReaderPermissions]),
	"roles/iam.serviceAccountAdmin": {
		"iam.serviceAccounts.create", "iam.serviceAccounts.delete", "iam.serviceAccounts.get", "iam.serviceAccounts.list",
		"iam.serviceAccounts.update", "iam.serviceAccounts.getIamPolicy", "iam.serviceAccounts.setIamPolicy",
		"resourcemanager.projects.get",
	},
	"roles/iam.serviceAccountKeyAdmin": {
		"iam.serviceAccountKeys.create", "iam.serviceAccountKeys.delete", "iam.serviceAccountKeys.get",
		"iam.serviceAccountKeys.list", "iam.serviceAccounts.get", "iam.serviceAccounts.list", "resourcemanager.projects.get",
	},
	"roles/iam.roleAdmin": {
		"iam.roles.create", "iam.roles.delete", "iam.roles.get", "iam.roles.list", "iam.roles.undelete", "iam.roles.update",
		"resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy",
	},
	"roles/resourcemanager.projectIamAdmin": {
		"resourcemanager.projects.get", "resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy",
	},
	"roles/iam.workloadIdentityUser":       {"iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"},
	"roles/iam.serviceAccountTokenCreator": {"iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.signJwt"},
}

// CreateRole makes a custom role of the project. The id of a deleted one stays taken.
func (d *Directory) CreateRole(id string, r Role) (Role, *Problem) {
	if !roleForm.MatchString(id) {
		return Role{}, Invalid(fmt.Sprintf("The role_id %q must have 3 to 64 letters, digits, underscores and periods.", id))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r.Name = d.project.Resource() + "/roles/" + id
	if old := d.roles[r.Name]; old != nil && old.Deleted {
		return Role{}, Precondition(fmt.Sprintf("You can't create a role_id (%s) which has been marked for deletion.", id))
	} else if old != nil {
		return Role{}, AlreadyExists(fmt.Sprintf("A role named %s in %s already exists.", id, d.project.Resource()))
	}
	r.Deleted = false
	return d.storeRole(&r)
}

func (d *Directory) storeRole(r *Role) (Role, *Problem) {
	for _, permission := range r.IncludedPermissions {
		known := !isDNS(permission) || slices.Contains(dnsPermissions, permission)
		if !permissionForm.MatchString(permission) || !known {
			return Role{}, Invalid(fmt.Sprintf("Permission %s is not valid.", permission))
		}
	}
	if r.Stage == "" {
		r.Stage = "ALPHA"
	}
	r.Etag = newEtag()
	d.roles[r.Name] = r
	return *r, nil
}

func isDNS(permission string) bool { return len(permission) > 4 && permission[:4] == "dns." }

// Role returns a role by its full name; a deleted one shows that it is.
func (d *Directory) Role(name string) (Role, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if permissions, ok := predefined[name]; ok {
		return Role{Name: name, Title: name, IncludedPermissions: permissions, Stage: "GA", Etag: "AA=="}, nil
	}
	if r := d.roles[name]; r != nil {
		return *r, nil
	}
	return Role{}, NotFound(fmt.Sprintf("The role named %s was not found.", name))
}

// Roles lists the custom roles.
func (d *Directory) Roles(deleted bool) []Role {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []Role{}
	for _, r := range d.roles {
		if deleted || !r.Deleted {
			list = append(list, *r)
		}
	}
	slices.SortFunc(list, func(x, y Role) int { return cmp.Compare(x.Name, y.Name) })
	return list
}

// ChangeRole lets a function edit a custom role that is not deleted.
func (d *Directory) ChangeRole(name, etag string, change func(*Role)) (Role, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, p := d.customRole(name, etag)
	if p != nil {
		return Role{}, p
	}
	if r.Deleted {
		return Role{}, Precondition(fmt.Sprintf("You can't update the role %s, which has been marked for deletion.", name))
	}
	changed := *r
	change(&changed)
	return d.storeRole(&changed)
}

// MarkRole deletes or undeletes a custom role. A deleted one grants nothing, and its bindings stay.
func (d *Directory) MarkRole(name, etag string, deleted bool) (Role, *Problem) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, p := d.customRole(name, etag)
	if p != nil {
		return Role{}, p
	}
	if r.Deleted == deleted {
		state := map[bool]string{true: "is already deleted", false: "is not deleted"}[deleted]
		return Role{}, Precondition(fmt.Sprintf("The role named %s %s.", name, state))
	}
	r.Deleted, r.Etag = deleted, newEtag()
	return *r, nil
}

func (d *Directory) customRole(name, etag string) (*Role, *Problem) {
	r := d.roles[name]
	if r == nil {
		return nil, NotFound(fmt.Sprintf("The role named %s was not found.", name))
	}
	if etag != "" && etag != r.Etag {
		return nil, Stale()
	}
	return r, nil
}

// grants says whether a role holds a permission.
func (d *Directory) grants(role, permission string) bool {
	permissions := predefined[role]
	if r := d.roles[role]; r != nil && !r.Deleted {
		permissions = r.IncludedPermissions
	}
	return slices.Contains(permissions, permission) || slices.Contains(permissions, everything)
}
