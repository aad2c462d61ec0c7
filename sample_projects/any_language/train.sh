#!/bin/sh
# Fits the weights to data/train.csv and writes models/weights.csv.
# Usage: sh train.sh [--lr 0.02] [--epochs 300] [--folds 36]
set -eu
cd "$(dirname "$0")"
# a comma as decimal point would not be JSON
export LC_ALL=C

lr=0.02 epochs=300 folds=36
while [ $# -gt 0 ]; do
    case $1 in
        --lr) lr=${2:-} ;;
        --epochs) epochs=${2:-} ;;
        --folds) folds=${2:-} ;;
        *) echo "unknown option $1; known: --lr --epochs --folds" >&2; exit 2 ;;
    esac
    shift; [ $# -eq 0 ] || shift
done
awk 'BEGIN { exit !(ARGV[1] + 0 > 0) }' "$lr" || { echo "--lr must be a number above 0" >&2; exit 2; }
case $epochs in
    '' | 0 | *[!0-9]*) echo "--epochs must be a whole number, 1 or more" >&2; exit 2 ;;
esac
case $folds in
    '' | 0 | 1 | *[!0-9]*) echo "--folds must be a whole number, 2 or more" >&2; exit 2 ;;
esac

if [ ! -f data/train.csv ]; then
    (unset MLOPS_EVENTS; sh prepare.sh)
    if [ -n "${MLOPS_EVENTS:-}" ]; then
        echo '{"note": "data was missing: prepared with the defaults"}' >> "$MLOPS_EVENTS"
    fi
fi
mkdir -p models
unfinished=models/.weights.$$.tmp
trap 'rm -f "$unfinished"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
awk -v lr="$lr" -v epochs="$epochs" -v folds="$folds" -v weights="$unfinished" \
    -v table="$(cksum < data/train.csv)" -f train.awk data/train.csv
mv "$unfinished" models/weights.csv
if [ -n "${MLOPS_EVENTS:-}" ]; then
    echo '{"artifact": {"path": "models/weights.csv"}}' >> "$MLOPS_EVENTS"
fi
