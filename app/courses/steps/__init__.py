"""Inner steps of the use-cases of courses. They do not check permissions: the calling use-case has. Pages,
the API, jobs and commands do not import them."""
