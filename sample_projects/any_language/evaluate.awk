# Asks the saved weights about bottles they were not made from: reads the weights, then the
# holdout table; appends one event line to the file $MLOPS_EVENTS.

BEGIN {
    FS = ","
    GRAPES = 3
    events = ENVIRON["MLOPS_EVENTS"]
}

FNR == 1 { file++ }

# the remark and the header of the weights, the header of the table
/^#/ || /^column,/ || /^bottle_id,/ { next }

file == 1 {
    columns++
    centre[columns] = $2
    spread[columns] = $3
    for (k = 1; k <= GRAPES; k++) weight[k * 1000 + columns] = $(3 + k)
}

file == 2 {
    rows++
    answer = guess()
    seen[$NF]++
    confusions[$NF * 10 + answer]++
    if (answer == $NF) hits++
}

END {
    if (rows < 1) {
        print "data/holdout.csv has no bottles: run the prepare job again" > "/dev/stderr"
        exit 2
    }
    worst = 1
    for (k = 1; k <= GRAPES; k++) {
        recall[k] = seen[k] ? confusions[k * 11] / seen[k] : 0
        if (recall[k] < worst) worst = recall[k]
    }
    if (events != "") record()
    report()
}

function guess(    j, k, score, best, best_score) {
    for (k = 1; k <= GRAPES; k++) {
        score = weight[k * 1000 + 1]
        for (j = 2; j <= columns; j++) score += weight[k * 1000 + j] * ($j - centre[j]) / spread[j]
        if (k == 1 || score > best_score) {
            best = k
            best_score = score
        }
    }
    return best
}

function report(    k) {
    printf "accuracy %.4f on %d bottles, worst recall %.4f\n", hits / rows, rows, worst
    print "grape  read as 1  2  3"
    for (k = 1; k <= GRAPES; k++)
        printf "%5d %10d %2d %2d\n", k, confusions[k * 10 + 1], confusions[k * 10 + 2], confusions[k * 10 + 3]
}

function record() {
    printf "{\"s\": 0, \"m\": {\"holdout_accuracy\": %.9g, \"recall_min\": %.9g, ", hits / rows, worst >> events
    printf "\"recall_1\": %.9g, \"recall_2\": %.9g, \"recall_3\": %.9g, ", \
        recall[1], recall[2], recall[3] >> events
    printf "\"holdout_rows\": %d}}\n{\"progress\": [1, 1]}\n", rows >> events
    fflush(events)
}
