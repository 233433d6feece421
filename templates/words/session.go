package words

// Session is what a pusher must know to talk to a device of one dialect over its CLI.
type Session struct {
	Name string
}
