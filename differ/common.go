package differ

// pairs are the positions that keep their order: old says which of the old side are kept,
// now gives for a position of the new side one more than its position on the old side.
type pairs struct {
	old map[int]bool
	now map[int]int
}

// common is a longest common subsequence of two lists. Equal heads and tails are cut off
// first; what lies between is small wherever a person made the change.
func common(old, now []string) pairs {
	p := pairs{map[int]bool{}, map[int]int{}}
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		p.keep(head, head)
		head++
	}
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		p.keep(len(old)-1-tail, len(now)-1-tail)
		tail++
	}
	p.middle(old[head:len(old)-tail], now[head:len(now)-tail], head)
	return p
}

func (p pairs) keep(i, j int) {
	p.old[i] = true
	p.now[j] = i + 1
}

// maxTable bounds the table of the middle part; beyond it entries are matched greedily,
// which is still right, though not always shortest.
const maxTable = 4_000_000

func (p pairs) middle(old, now []string, head int) {
	if len(old)*len(now) > maxTable {
		p.greedy(old, now, head)
		return
	}
	width := len(now) + 1
	length := make([]int32, (len(old)+1)*width)
	for i := len(old) - 1; i >= 0; i-- {
		for j := len(now) - 1; j >= 0; j-- {
			if old[i] == now[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(old) && j < len(now); {
		switch {
		case old[i] == now[j]:
			p.keep(head+i, head+j)
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
}

func (p pairs) greedy(old, now []string, head int) {
	at := map[string][]int{}
	for i, s := range old {
		at[s] = append(at[s], i)
	}
	next := 0
	for j, s := range now {
		for len(at[s]) > 0 && at[s][0] < next {
			at[s] = at[s][1:]
		}
		if len(at[s]) > 0 {
			p.keep(head+at[s][0], head+j)
			next = at[s][0] + 1
		}
	}
}
