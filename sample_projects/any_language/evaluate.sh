#!/bin/sh
# Measures models/weights.csv on data/holdout.csv. Usage: sh evaluate.sh [--weights FILE]
set -eu
cd "$(dirname "$0")"
export LC_ALL=C

weights=models/weights.csv
while [ $# -gt 0 ]; do
    case $1 in
        --weights) weights=${2:-} ;;
        *) echo "unknown option $1; known: --weights" >&2; exit 2 ;;
    esac
    shift; [ $# -eq 0 ] || shift
done
[ -f "$weights" ] || { echo "$weights is missing: run the train job first" >&2; exit 2; }
for table in data/train.csv data/holdout.csv; do
    [ -f "$table" ] || { echo "$table is missing: run the prepare job first" >&2; exit 2; }
done

if ! grep -q -x -F "# made from data/train.csv with cksum $(cksum < data/train.csv)" "$weights"; then
    echo "$weights was made from another data/train.csv: run the train job again" >&2
    exit 2
fi
awk -f evaluate.awk "$weights" data/holdout.csv
