package main

// version is the version of the tool; CHANGELOG.md says what each brought.
const version = "0.1.0"
