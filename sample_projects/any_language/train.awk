# Least squares by gradient descent: one linear score per grape, the highest wins. It only adds
# and multiplies, so that any awk will do. Takes lr, epochs, folds, the path weights and table (a
# checksum of the training table) by -v; appends event lines to the file $MLOPS_EVENTS.
#
# 141 bottles are too few to put some aside, so val_loss is cross-validated: beside model 0, which
# learns from every row, one model per fold learns from all rows but its own and is asked about
# those. Only the scaling of the columns is shared by all of them.

BEGIN {
    FS = ","
    GRAPES = 3
    events = ENVIRON["MLOPS_EVENTS"]
}

NR == 1 {
    width = NF - 1
    for (j = 2; j <= width; j++) name[j] = $j
    next
}

{
    rows++
    for (j = 2; j <= width; j++) x[rows * width + j] = $j
    grape[rows] = $NF
}

END {
    if (rows < 2) {
        print "data/train.csv has no bottles: run the prepare job again" > "/dev/stderr"
        exit 2
    }
    if (folds > rows) folds = rows
    scale_columns()
    for (epoch = 0; epoch < epochs; epoch++) {
        forget()
        for (i = 1; i <= rows; i++) for (m = 0; m <= folds; m++) look(m, i)
        record(epoch)
        if (!(loss < 1e30)) {
            print "the loss grows without end (epoch " epoch "): take a smaller lr" > "/dev/stderr"
            exit 1
        }
        if (epoch == 0 || val_loss < best_loss) keep(epoch)
        for (m = 0; m <= folds; m++) descend(m)
    }
    save()
}

# Centre every column and divide it by its mean distance from the centre.
function scale_columns(    i, j, sum) {
    for (j = 2; j <= width; j++) {
        sum = 0
        for (i = 1; i <= rows; i++) sum += x[i * width + j]
        centre[j] = sum / rows
        sum = 0
        for (i = 1; i <= rows; i++) sum += distance(x[i * width + j], centre[j])
        spread[j] = sum > 0 ? sum / rows : 1
        for (i = 1; i <= rows; i++) x[i * width + j] = (x[i * width + j] - centre[j]) / spread[j]
    }
    # column 1 held the id: it becomes the constant
    for (i = 1; i <= rows; i++) x[i * width + 1] = 1
    centre[1] = 0
    spread[1] = 1
    name[1] = "constant"
}

function distance(a, b) {
    return a > b ? a - b : b - a
}

function forget(    at) {
    loss = accuracy = val_loss = val_accuracy = 0
    for (at = 1; at <= (folds + 1) * GRAPES * width; at++) gradient[at] = 0
}

# Model m looks at row i: it learns from it, or is measured on it where the row is of its fold.
function look(m, i,    at, row, j, k, score, error, squares, best, best_score, is_own) {
    is_own = (m > 0 && i % folds == m - 1)
    row = i * width
    for (k = 1; k <= GRAPES; k++) {
        at = (m * GRAPES + k - 1) * width
        score = 0
        for (j = 1; j <= width; j++) score += weight[at + j] * x[row + j]
        if (k == 1 || score > best_score) {
            best = k
            best_score = score
        }
        error = score - (grape[i] == k)
        squares += error * error
        if (!is_own) for (j = 1; j <= width; j++) gradient[at + j] += error * x[row + j]
    }
    if (m == 0) {
        loss += squares / GRAPES / rows
        accuracy += (best == grape[i]) / rows
    } else if (is_own) {
        val_loss += squares / GRAPES / rows
        val_accuracy += (best == grape[i]) / rows
    }
}

function descend(m,    at) {
    for (at = m * GRAPES * width + 1; at <= (m + 1) * GRAPES * width; at++)
        weight[at] -= lr * gradient[at] / rows
}

# A number as JSON can take it; the three that it cannot are written as the contract has them.
function number(value,    text) {
    text = tolower(sprintf("%.9g", value))
    if (text ~ /nan/) return "NaN"
    if (text ~ /inf/) return text ~ /^-/ ? "-Infinity" : "Infinity"
    return text
}

# One line of metrics and one of progress an epoch, handed to the system at once.
function record(epoch) {
    if (events != "") {
        printf "{\"s\": %d, \"m\": {\"loss\": %s, \"accuracy\": %s, ", \
            epoch, number(loss), number(accuracy) >> events
        printf "\"val_loss\": %s, \"val_accuracy\": %s}}\n{\"progress\": [%d, %d]}\n", \
            number(val_loss), number(val_accuracy), epoch + 1, epochs >> events
        fflush(events)
    }
    if (epoch % 10 == 0 || epoch == epochs - 1) {
        printf "epoch %4d  loss %s  accuracy %.4f  val_loss %s  val_accuracy %.4f\n", \
            epoch, number(loss), accuracy, number(val_loss), val_accuracy
        fflush()
    }
}

function keep(epoch,    at) {
    best_epoch = epoch
    best_loss = val_loss
    best_accuracy = val_accuracy
    for (at = 1; at <= GRAPES * width; at++) kept[at] = weight[at]
}

function save(    j, k) {
    print "# made from data/train.csv with cksum " table > weights
    print "column,centre,spread,grape_1,grape_2,grape_3" > weights
    for (j = 1; j <= width; j++) {
        printf "%s,%.9g,%.9g", name[j], centre[j], spread[j] > weights
        for (k = 0; k < GRAPES; k++) printf ",%.9g", kept[k * width + j] > weights
        printf "\n" > weights
    }
    close(weights)
    printf "best epoch %d: val_loss %.6f, val_accuracy %.4f\n", best_epoch, best_loss, best_accuracy
}
