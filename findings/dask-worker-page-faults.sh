#!/bin/sh
# NumPy in a worker of Dask: every array of some hundred kilobytes is memory that the system clears anew.
#
# Expected: a function of NumPy arrays takes the time in a worker that it takes in a process of its own.
# What happens: the nanny starts workers with MALLOC_TRIM_THRESHOLD_=65536, so that memory goes back to the system soon.
# Where this is set, glibc no longer raises the size from which arrays are mapped one by one (128 kB at first), so each
# temporary array of 200 kB is mapped, cleared page by page and unmapped: 49 page faults, where a process of one's own
# has none after the first. MALLOC_TRIM_THRESHOLD_ in the environment of the nanny changes it.
# Seen while a loss was totalled over blocks of rows: workers had 0.6 of the speed of a loop in one process.
# Needs Linux with glibc.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 dask==2026.8.0 distributed==2026.8.0
cat > "$folder/faults.py" <<'PYTHON'
import distributed


def faults():
    """Page faults of 200 products of two vectors of 25,000 numbers, after some to begin with."""
    import resource

    import numpy as np

    x = np.ones(25_000)
    for k in range(220):
        if k == 20:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        (x * x * x).sum()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 200


if __name__ == "__main__":
    print("distributed", distributed.__version__)
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            own, worker = faults(), client.submit(faults).result()
    print(f"page faults of one product: {own:.1f} in this process, {worker:.1f} in a worker")
    assert own < 2 and worker > 40, "the behaviour has changed"
PYTHON
"$folder/venv/bin/python" "$folder/faults.py"
