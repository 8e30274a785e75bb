package cloudflare

import (
	"fmt"
	"strings"
	"testing"
)

func TestLifeOfARecord(t *testing.T) {
	api := newAPI()
	path := recordsOf("example.com")
	made := do(t, api, full, "POST", path, `{"type":"TXT","name":"_acme-challenge.Tea","content":"v1","ttl":120,"comment":"c"}`)
	if made.Raw["name"] != "_acme-challenge.tea.example.com" || made.Raw["ttl"] != 120.0 || made.Raw["comment"] != "c" || len(made.id()) != 32 {
		t.Fatalf("created %+v", made.Raw)
	}
	one := path + "/" + made.id()
	if got := do(t, api, full, "PATCH", one, `{"content":"\"v2\""}`); got.Raw["content"] != `"v2"` || got.Raw["ttl"] != 120.0 {
		t.Errorf("edited %+v", got.Raw)
	}
	if got := do(t, api, full, "PUT", one, `{"type":"TXT","name":"other.example.com","content":"v3"}`); got.Raw["ttl"] != 1.0 || got.Raw["comment"] != nil {
		t.Errorf("overwritten %+v", got.Raw)
	}
	if got := do(t, api, full, "GET", one, ""); got.Raw["name"] != "other.example.com" || got.Raw["created_on"] != made.Raw["created_on"] {
		t.Errorf("read %+v", got.Raw)
	}
	if got := do(t, api, full, "DELETE", one, ""); len(got.Raw) != 1 || got.id() != made.id() {
		t.Errorf("deleted %+v", got.Raw)
	}
	for _, method := range []string{"GET", "PATCH", "DELETE"} {
		if got := do(t, api, full, method, one, "{}"); got.status != 404 || got.code() != 81044 {
			t.Errorf("%s of what is gone: %d, %d", method, got.status, got.code())
		}
	}
	if got := do(t, api, full, "PUT", one, `{"type":"A","name":"a","content":"1.1.1.1"}`); got.code() != 81044 {
		t.Errorf("PUT of what is gone: %d", got.code())
	}
}

func TestRefusedRecords(t *testing.T) {
	api := newAPI()
	path := recordsOf("example.com")
	do(t, api, full, "POST", path, `{"type":"A","name":"host","content":"192.0.2.1"}`)
	do(t, api, full, "POST", path, `{"type":"CNAME","name":"alias","content":"host.example.com."}`)
	do(t, api, full, "POST", path, `{"type":"TXT","name":"text","content":"x"}`)
	cases := []struct {
		body        string
		code, chain int
	}{
		{`{`, 9207, 0},
		{`{"type":"A","name":"x","content":"192.0.2.1","ttl":"60"}`, 9207, 0},
		{`{"type":"A","name":"x","content":"192.0.2.1","ttl":30}`, 1004, 9021},
		{`{"type":"A","name":"x","content":"192.0.2.1","ttl":60.5}`, 1004, 9021},
		{`{"type":"A","name":"a b","content":"192.0.2.1"}`, 1004, 9000},
		{`{"type":"A","content":"192.0.2.1"}`, 1004, 9000},
		{`{"type":"A","name":"a.*.b","content":"192.0.2.1"}`, 1004, 9000},
		{`{"type":"SOA","name":"x","content":"y"}`, 1004, 1004},
		{`{"type":"A","name":"x","content":"::1"}`, 9005, 0},
		{`{"type":"AAAA","name":"x","content":"192.0.2.1"}`, 9006, 0},
		{`{"type":"CNAME","name":"x","content":"not a host"}`, 9007, 0},
		{`{"type":"CNAME","name":"x","content":"x.example.com"}`, 9007, 0},
		{`{"type":"TXT","name":"x","content":""}`, 1004, 1004},
		{`{"type":"TXT","name":"x","content":"y","proxied":true}`, 1004, 9004},
		{`{"type":"MX","name":"x","content":"mail.example.com"}`, 1004, 1004},
		{`{"type":"CAA","name":"x","content":"0 issue x"}`, 1004, 1004},
		{`{"type":"A","name":"host","content":"192.0.2.1"}`, 81058, 0},
		{`{"type":"A","name":"host","content":"192.0.2.1","ttl":60}`, 81057, 0},
		{`{"type":"TXT","name":"text","content":"\"x\""}`, 81058, 0},
		{`{"type":"CNAME","name":"host","content":"b.example.com"}`, 81053, 0},
		{`{"type":"A","name":"alias","content":"192.0.2.1"}`, 81054, 0},
		{`{"type":"NS","name":"text","content":"ns.example.net"}`, 81056, 0},
	}
	for _, c := range cases {
		got := do(t, api, full, "POST", path, c.body)
		chain := 0
		if len(got.Errors) > 0 && len(got.Errors[0].Chain) > 0 {
			chain = got.Errors[0].Chain[0].Code
		}
		if got.status != 400 || got.code() != c.code || chain != c.chain {
			t.Errorf("%s: status %d, code %d, chain %d; want 400, %d, %d", c.body, got.status, got.code(), chain, c.code, c.chain)
		}
	}
	if got := do(t, api, full, "POST", path, `{"type":"A","name":"a b","content":"x","ttl":2}`); len(got.Errors) != 3 {
		t.Errorf("%d errors for three problems", len(got.Errors))
	}
}

func TestNamesAndContents(t *testing.T) {
	api := newAPI()
	cases := []struct{ body, name, content string }{
		{`{"type":"A","name":"@","content":"192.0.2.1"}`, "example.com", "192.0.2.1"},
		{`{"type":"A","name":"*","content":"192.0.2.1"}`, "*.example.com", "192.0.2.1"},
		{`{"type":"A","name":"x.example.com.","content":"192.0.2.1"}`, "x.example.com", "192.0.2.1"},
		{`{"type":"A","name":"example.net","content":"192.0.2.1"}`, "example.net.example.com", "192.0.2.1"},
		{`{"type":"A","name":"bücher","content":"192.0.2.1"}`, "xn--bcher-kva.example.com", "192.0.2.1"},
		{`{"type":"CNAME","name":"c","content":"Host.example.net."}`, "c.example.com", "Host.example.net"},
		{`{"type":"MX","name":"m","content":"mail.example.com","priority":10}`, "m.example.com", "mail.example.com"},
		{`{"type":"CAA","name":"@","data":{"flags":0,"tag":"issue","value":"letsencrypt.org"}}`, "example.com", `0 issue "letsencrypt.org"`},
	}
	for _, c := range cases {
		if got := do(t, api, full, "POST", recordsOf("example.com"), c.body); got.Raw["name"] != c.name || got.Raw["content"] != c.content {
			t.Errorf("%s: %v %v, errors %v", c.body, got.Raw["name"], got.Raw["content"], got.Errors)
		}
	}
}

func TestListFilters(t *testing.T) {
	api := newAPI()
	path := recordsOf("example.com")
	for _, body := range []string{
		`{"type":"A","name":"b","content":"192.0.2.1","comment":"Owned"}`, `{"type":"A","name":"a","content":"192.0.2.2","proxied":true}`,
		`{"type":"TXT","name":"_acme-challenge.a","content":"\"quoted\""}`, `{"type":"TXT","name":"_acme-challenge.a","content":"plain"}`,
	} {
		do(t, api, full, "POST", path, body)
	}
	for query, want := range map[string]string{
		"":                       `"quoted" plain 192.0.2.2 192.0.2.1`,
		"type=TXT":               `"quoted" plain`,
		"name=B.example.com":     `192.0.2.1`,
		"name.exact=a":           ``,
		"name.startswith=_acme-": `"quoted" plain`,
		"name.endswith=.a.example.com&content=quoted":       `"quoted"`,
		`type=TXT&content.exact=%22plain%22`:                `plain`,
		"content.contains=192.0":                            `192.0.2.2 192.0.2.1`,
		"type=TXT&name=b.example.com":                       ``,
		"type=TXT&name=b.example.com&match=any":             `"quoted" plain 192.0.2.1`,
		"proxied=true":                                      `192.0.2.2`,
		"search=plain":                                      `plain`,
		"comment.present=":                                  `192.0.2.1`,
		"comment=owned":                                     `192.0.2.1`,
		"order=content&direction=desc&type=A":               `192.0.2.2 192.0.2.1`,
		"per_page=100&type=TXT&name=nothing.example.com":    ``,
		"per_page=2&page=2&order=name&direction=asc":        `192.0.2.2 192.0.2.1`,
		"type=A&unknown=parameter&per_page=no&page=nothing": `192.0.2.2 192.0.2.1`,
	} {
		var got []string
		for _, r := range do(t, api, full, "GET", path+"?"+query, "").List {
			got = append(got, fmt.Sprint(r["content"]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("?%s: %q, want %q", query, strings.Join(got, " "), want)
		}
	}
}

func TestBatchIsAllOrNothing(t *testing.T) {
	api := newAPI()
	path := recordsOf("example.com")
	old := do(t, api, full, "POST", path, `{"type":"A","name":"a","content":"192.0.2.1"}`)
	kept := do(t, api, full, "POST", path, `{"type":"A","name":"b","content":"192.0.2.1"}`)
	post := `"posts":[{"type":"CNAME","name":"a","content":"b.example.com"}]`
	failing := fmt.Sprintf(`{%s,"deletes":[{"id":%q}],"patches":[{"id":%q,"content":"no"}]}`, post, old.id(), kept.id())
	if got := do(t, api, full, "POST", path+"/batch", failing); got.code() != 9005 {
		t.Errorf("code %d", got.code())
	}
	if got := do(t, api, full, "GET", path, ""); len(got.List) != 2 || got.List[0]["type"] != "A" {
		t.Errorf("changed by a failed batch: %v", got.List)
	}
	// Deletes come first, whatever the order in the body: the CNAME can take the name of the A record.
	working := fmt.Sprintf(`{%s,"deletes":[{"id":%q}],"patches":[{"id":%q,"ttl":300}]}`, post, old.id(), kept.id())
	got := do(t, api, full, "POST", path+"/batch", working)
	for _, kind := range []string{"deletes", "patches", "posts"} {
		if list, _ := got.Raw[kind].([]any); len(list) != 1 {
			t.Errorf("%s: %v (%v)", kind, got.Raw[kind], got.Errors)
		}
	}
	if got := do(t, api, full, "GET", path, ""); got.List[0]["type"] != "CNAME" || got.List[1]["ttl"] != 300.0 {
		t.Errorf("after the batch: %v", got.List)
	}
	tooMany := `{"deletes":[` + strings.TrimSuffix(strings.Repeat(`{"id":"x"},`, 201), ",") + `]}`
	if got := do(t, api, full, "POST", path+"/batch", tooMany); got.code() != 1004 {
		t.Errorf("201 operations: code %d", got.code())
	}
}
