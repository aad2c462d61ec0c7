# Deals the rows of wine.csv out to two tables: of every five bottles of a grape, drawn with the
# seed, four go to train and one to holdout. Takes seed and suffix (of the files) by -v.

BEGIN {
    FS = ","
    # 0 would stay 0 for ever
    state = seed % 2147483646 + 1
    for (i = 0; i < 20; i++) draw()
}

NR == 1 {
    header = $0
    next
}

{
    line[NR - 1] = $0
    grape[NR - 1] = $NF
}

END {
    print header > path("train")
    print header > path("holdout")
    for (i = NR - 1; i > 1; i--) swap(i, 1 + int(draw() * i))
    for (i = 1; i < NR; i++) {
        table = dealt[grape[i]]++ % 5 == 0 ? "holdout" : "train"
        print line[i] > path(table)
        count[table]++
    }
    printf "data/train.csv: %d bottles\ndata/holdout.csv: %d bottles\n", count["train"], count["holdout"]
}

function path(name) {
    return "data/" name ".csv" suffix
}

# The next number of Park and Miller's generator, between 0 and 1: rand() differs between awks.
function draw() {
    state = (16807 * state) % 2147483647
    return state / 2147483647
}

function swap(a, b,    kept) {
    kept = line[a]; line[a] = line[b]; line[b] = kept
    kept = grape[a]; grape[a] = grape[b]; grape[b] = kept
}
