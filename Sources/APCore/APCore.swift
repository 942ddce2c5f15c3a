// Grows with its first step.
