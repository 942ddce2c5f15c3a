// Empty: see DemucsResources.c.
