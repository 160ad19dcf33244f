"""The page: the question as data, the server and its processes, the browser."""
