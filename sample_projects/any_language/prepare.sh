#!/bin/sh
# Splits wine.csv into data/train.csv and data/holdout.csv. Usage: sh prepare.sh [--seed 7]
set -eu
cd "$(dirname "$0")"
export LC_ALL=C

seed=7
while [ $# -gt 0 ]; do
    case $1 in
        --seed) seed=${2:-} ;;
        *) echo "unknown option $1; known: --seed" >&2; exit 2 ;;
    esac
    shift; [ $# -eq 0 ] || shift
done
case $seed in
    '' | *[!0-9]*) echo "--seed must be a whole number, 0 or more" >&2; exit 2 ;;
esac

mkdir -p data
unfinished=.$$.tmp
trap 'rm -f "data/train.csv$unfinished" "data/holdout.csv$unfinished"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
awk -v seed="$seed" -v suffix="$unfinished" -f prepare.awk wine.csv
mv "data/train.csv$unfinished" data/train.csv
mv "data/holdout.csv$unfinished" data/holdout.csv
if [ -n "${MLOPS_EVENTS:-}" ]; then
    echo '{"progress": [1, 1]}' >> "$MLOPS_EVENTS"
fi
