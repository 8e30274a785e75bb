package cloudflare

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

const (
	recordsPerPage    = 100
	maxRecordsPerPage = 5000000
)

func (a *API) listRecords(c *call) (answer, []*fault) {
	query := c.request.URL.Query()
	found := []record{}
	for _, r := range sorted(query, a.store.Zone(c.zone).Records) {
		if selects(query, r) {
			found = append(found, describe(r))
		}
	}
	page, info := paginate(query, found, recordsPerPage, maxRecordsPerPage)
	return answer{result: page, info: info}, nil
}

// selects applies the filters of a query: all of them, or any with match=any.
func selects(query url.Values, r records.Record) bool {
	filters, met := 0, 0
	for key, values := range query {
		test := filter(key, values[0])
		if test == nil {
			continue
		}
		filters++
		if test(r) {
			met++
		}
	}
	if query.Get("match") == "any" {
		return filters == 0 || met > 0
	}
	return met == filters
}

// filter returns the test that a query parameter stands for, or nil when it is no filter.
func filter(key, value string) func(records.Record) bool {
	field, operator, _ := strings.Cut(key, ".")
	if operator == "" {
		operator = "exact"
	}
	switch field {
	case "type":
		return func(r records.Record) bool { return strings.EqualFold(r.Type, value) }
	case "proxied":
		return func(r records.Record) bool { return strconv.FormatBool(r.Proxied) == value }
	case "search":
		return func(r records.Record) bool { return compare("contains", r.Name+" "+r.Content, value) }
	case "name":
		return func(r records.Record) bool { return compare(operator, r.Name, lower(value)) }
	case "content":
		// TXT content matches with or without its quotes.
		return func(r records.Record) bool {
			return compare(operator, r.Content, value) || (r.Type == "TXT" && compare(operator, r.Value(), records.TextOf(value)))
		}
	case "comment":
		return func(r records.Record) bool { return compareComment(operator, r.Comment, value) }
	}
	return nil
}

func compareComment(operator, comment, value string) bool {
	switch operator {
	case "present":
		return comment != ""
	case "absent":
		return comment == ""
	}
	return compare(operator, comment, value)
}

// compare ignores case, as the filters of the API do.
func compare(operator, text, value string) bool {
	text, value = strings.ToLower(text), strings.ToLower(value)
	switch operator {
	case "exact":
		return text == value
	case "contains":
		return strings.Contains(text, value)
	case "startswith":
		return strings.HasPrefix(text, value)
	case "endswith":
		return strings.HasSuffix(text, value)
	}
	return false
}

func sorted(query url.Values, all []records.Record) []records.Record {
	list := slices.Clone(all)
	slices.SortStableFunc(list, func(x, y records.Record) int {
		switch query.Get("order") {
		case "type":
			return cmp.Compare(x.Type, y.Type)
		case "content":
			return cmp.Compare(x.Content, y.Content)
		case "ttl":
			return cmp.Compare(x.TTL, y.TTL)
		case "name":
			return cmp.Compare(x.Name, y.Name)
		}
		return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Type, y.Type))
	})
	if query.Get("direction") == "desc" {
		slices.Reverse(list)
	}
	return list
}

// paginate cuts one page out of a list; values that are no numbers or out of range count as the nearest that is allowed.
func paginate[T any](query url.Values, all []T, usual, most int) ([]T, *resultInfo) {
	size := number(query.Get("per_page"), usual, most)
	page := number(query.Get("page"), 1, maxRecordsPerPage)
	from := min((page-1)*size, len(all))
	to := min(from+size, len(all))
	return all[from:to], &resultInfo{
		Page: page, PerPage: size, Count: to - from, TotalCount: len(all), TotalPages: (len(all) + size - 1) / size,
	}
}

func number(text string, usual, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return usual
	}
	return max(1, min(n, most))
}
