// Nothing to call: this target only carries files. It is C, because SwiftPM writes an accessor for the
// files of a Swift target that brings all of Foundation into each program.
