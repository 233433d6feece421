package main
import ("testing";"os";"fmt";"time")
func BenchmarkZZ(b *testing.B) {
	d := os.Getenv("ZZ")
	s, err := written(b, d)
	if err != nil { b.Fatal(err) }
	for _, w := range []string{"push","bare"} {
		c, err := exchange(b, d, s, job{What: w})
		fmt.Println(w, err, fmt.Sprintf("%.1500s", fmt.Sprint(c)))
	}
	if os.Getenv("ZZ1") != "" { for n, x := range s { fmt.Println(n); for _, a := range x { fmt.Printf("%.300s\n", fmt.Sprintf("%d %s %q %d %q", a.Session,a.Do,a.Text,a.Lines,a.Last)) }; break } }
	_ = time.Now
}
