package cloudflare

import (
	"net/http"

	"github.com/cert-manager/cert-manager/certfleet-lab/edge/records"
)

// maxBatch is the limit of zones on the free plan.
const maxBatch = 200

type batchInput struct {
	Deletes []input `json:"deletes"`
	Patches []input `json:"patches"`
	Puts    []input `json:"puts"`
	Posts   []input `json:"posts"`
}

// batch runs its operations in the documented order, deletes, patches, puts, posts, and all or none of them.
func (a *API) batch(c *call) (answer, []*fault) {
	var in batchInput
	if f := readBody(c.request, &in); f != nil {
		return answer{}, []*fault{f}
	}
	if n := len(in.Deletes) + len(in.Patches) + len(in.Puts) + len(in.Posts); n > maxBatch {
		return answer{}, []*fault{validation(1004, "A batch may hold 200 operations at most.")}
	}
	steps := []struct {
		name string
		list []input
		do   func(*records.Change, string, input) (any, []*fault)
	}{
		{"deletes", in.Deletes, remove}, {"patches", in.Patches, edit}, {"puts", in.Puts, overwrite}, {"posts", in.Posts, create},
	}
	result := map[string][]any{}
	faults := a.update(c.request.Context(), c.zone, func(change *records.Change) []*fault {
		for _, step := range steps {
			result[step.name] = []any{}
			for _, one := range step.list {
				done, faults := step.do(change, c.zone, one)
				if len(faults) > 0 {
					return faults
				}
				result[step.name] = append(result[step.name], done)
			}
		}
		return nil
	})
	return answer{result: result}, faults
}

// remove returns the whole record that was, as batches do; a single DELETE returns only its id.
func remove(change *records.Change, _ string, in input) (any, []*fault) {
	return stored(change.Remove(in.ID))
}

func validation(code int, text string) *fault {
	return &fault{
		status: http.StatusBadRequest, Code: 1004, Message: "DNS Validation Error",
		Chain: []*fault{{Code: code, Message: text}},
	}
}
