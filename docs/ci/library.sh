#!/bin/sh
# Gate a library of kernels: `sh library.sh KERNELS [BASELINE]`, from the root of the repository.
# Exit code 0: every program is right and none is slower; 1: not so; 2: the call is wrong.
set -eu

kernels=${1:?the folder of the library}
baseline=${2:-}
reports=${REPORTS:-gate}

mkdir -p "$reports"
set -- "$kernels" --max-regression "${MAX_REGRESSION:-2%}" \
    --junit "$reports/junit.xml" --sarif "$reports/gate.sarif" --markdown "$reports/gate.md"
if [ -n "$baseline" ]; then
    set -- "$@" --baseline "$baseline"
fi
# `tasks.txt` lists the tasks that have to have a program, one a line
if [ -f "$kernels/tasks.txt" ]; then
    while read -r task; do
        [ -z "$task" ] || set -- "$@" --require "$task"
    done < "$kernels/tasks.txt"
fi
exec aspl library ci "$@"
