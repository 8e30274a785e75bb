package gcp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"certfleet/tests/lab/tools/pulumi/cloud-plugins/plugin"
)

func key() plugin.Resource[*api] {
	return plugin.Resource[*api]{
		Fields: plugin.Fields{
			"serviceAccountId": {Use: plugin.Required, Replaces: true},
			"keepers":          {Kind: plugin.Map, Replaces: true},
			"keyAlgorithm":     {Default: "KEY_ALG_RSA_2048", Replaces: true},
			"privateKeyType":   {Default: "TYPE_GOOGLE_CREDENTIALS_FILE", Replaces: true},
			"publicKeyType":    {Default: "TYPE_X509_PEM_FILE", Replaces: true},
			"name":             {Use: plugin.Computed},
			"privateKey":       {Use: plugin.Computed, Secret: true},
			"publicKey":        {Use: plugin.Computed},
			"validAfter":       {Use: plugin.Computed},
			"validBefore":      {Use: plugin.Computed},
		},
		Create: createKey,
		Read:   readKey,
		Import: func(*api, string) (plugin.Made, error) {
			return plugin.Gone, errors.New("a service account key cannot be imported: its private key is told once")
		},
		Update: func(context.Context, *api, string, plugin.Values, plugin.Values) (plugin.Values, error) {
			return nil, errors.New("a service account key cannot be changed")
		},
		Delete: deleteKey,
	}
}

// accountName is the account's full name; one given as an address may be in any project.
func (a *api) accountName(account string, inputs plugin.Values) (string, error) {
	if strings.HasPrefix(account, "projects/") {
		return account, nil
	}
	if strings.Contains(account, "@") {
		return "projects/-/serviceAccounts/" + account, nil
	}
	project, err := a.projectOf(inputs)
	return fmt.Sprintf("projects/-/serviceAccounts/%s@%s.iam.gserviceaccount.com", account, project), err
}

func createKey(ctx context.Context, a *api, inputs plugin.Values) (plugin.Made, error) {
	owner, err := a.accountName(plugin.Text(inputs, "serviceAccountId"), inputs)
	if err != nil {
		return plugin.Gone, err
	}
	made, err := a.post(ctx, iamURL+owner+"/keys", plugin.Values{
		"keyAlgorithm": inputs["keyAlgorithm"], "privateKeyType": inputs["privateKeyType"],
	})
	if err != nil {
		return plugin.Gone, fmt.Errorf("Error creating service account key: %w", err)
	}
	state := pick(made, "name")
	state["privateKey"] = plugin.Text(made, "privateKeyData")
	state["validAfter"] = plugin.Text(made, "validAfterTime")
	state["validBefore"] = plugin.Text(made, "validBeforeTime")
	id := plugin.Text(made, "name")
	var found plugin.Values
	err = until(ctx, func() error {
		found, err = a.get(ctx, publicKeyURL(id, inputs))
		return err
	}, isGone, isHidden)
	if err != nil {
		return plugin.Gone, fmt.Errorf("Error creating service account key: %w", err)
	}
	state["publicKey"] = plugin.Text(found, "publicKeyData")
	return plugin.Made{ID: id, State: state}, nil
}

func publicKeyURL(id string, values plugin.Values) string {
	return iamURL + id + "?" + url.Values{"publicKeyType": {plugin.Text(values, "publicKeyType")}}.Encode()
}

// readKey keeps the private key, which the API tells once.
func readKey(ctx context.Context, a *api, id string, state plugin.Values) (plugin.Made, error) {
	found, err := a.get(ctx, publicKeyURL(id, state))
	switch {
	case isGone(err) || isHidden(err):
		return plugin.Gone, nil
	case err != nil:
		return plugin.Gone, fmt.Errorf("Error when reading or editing Service Account Key %q: %w", id, err)
	}
	fresh := pick(found, "name", "keyAlgorithm")
	fresh["publicKey"] = plugin.Text(found, "publicKeyData")
	return plugin.Made{ID: id, State: fresh}, nil
}

func deleteKey(ctx context.Context, a *api, id string, _ plugin.Values) error {
	err := a.do(ctx, http.MethodDelete, iamURL+id, nil, nil)
	if isGone(err) || isHidden(err) {
		return nil
	}
	return err
}
