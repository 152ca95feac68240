/* A plain C loop over many syntheses, one thread: what the batch engine is held against.
 *
 * REML by Fisher scoring from the Hedges estimate, as metafor does it (a step that would lead below 0 is
 * halved), until a step is below 1e-8 of tau2 plus the mean variance, 100 steps at most; then tau2, the
 * mean, its standard error and 95 % Wald interval, Q and I2. DL is the closed formula, with the same rest.
 *
 * Reads from stdin: n and m as 64-bit integers, n + 1 bounds, m estimates, m variances; writes to stdout the
 * seconds of processor time of the fastest of `rounds`, then 7 x n doubles (tau2, mean, se, low, high, Q, I2).
 *
 *     batch_loop reml|dl rounds < in > out
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double hedges(const double *y, const double *v, int64_t k) {
    double sum = 0, of_v = 0, ss = 0;
    for (int64_t i = 0; i < k; i++) sum += y[i], of_v += v[i];
    double mean = sum / (double)k;
    for (int64_t i = 0; i < k; i++) ss += (y[i] - mean) * (y[i] - mean);
    double tau2 = ss / (double)(k - 1) - of_v / (double)k;
    return tau2 > 0 ? tau2 : 0;
}

static double reml(const double *y, const double *v, int64_t k) {
    double tau2 = hedges(y, v, k), of_v = 0;
    for (int64_t i = 0; i < k; i++) of_v += v[i];
    for (int step = 0; step < 100; step++) {
        double w1 = 0, wy = 0, w2 = 0, w3 = 0, fit = 0;
        for (int64_t i = 0; i < k; i++) {
            double w = 1 / (v[i] + tau2);
            w1 += w, wy += w * y[i], w2 += w * w, w3 += w * w * w;
        }
        double mean = wy / w1;
        for (int64_t i = 0; i < k; i++) {
            double r = (y[i] - mean) / (v[i] + tau2);
            fit += r * r;
        }
        double trace = w1 - w2 / w1;
        double information = w2 - 2 * w3 / w1 + w2 * w2 / (w1 * w1);
        double change = (fit - trace) / information;
        if (tau2 == 0 && change <= 0) return 0;
        while (tau2 + change < 0) change /= 2;
        tau2 += change;
        if (fabs(change) <= 1e-8 * (tau2 + of_v / (double)k)) break;
    }
    return tau2;
}

static void one(const double *y, const double *v, int64_t k, int restricted, double *out, int64_t n) {
    double w1 = 0, wy = 0, w2 = 0, Q = 0, total = 0, sum = 0;
    for (int64_t i = 0; i < k; i++) {
        double w = 1 / v[i];
        w1 += w, wy += w * y[i], w2 += w * w;
    }
    for (int64_t i = 0; i < k; i++) Q += (y[i] - wy / w1) * (y[i] - wy / w1) / v[i];
    double c = w1 - w2 / w1, df = (double)(k - 1), tau2;
    if (restricted) {
        tau2 = reml(y, v, k);
    } else {
        tau2 = (Q - df) / c;
        if (tau2 < 0) tau2 = 0;
    }
    for (int64_t i = 0; i < k; i++) {
        double w = 1 / (v[i] + tau2);
        total += w, sum += w * y[i];
    }
    double mean = sum / total, se = sqrt(1 / total);
    out[0] = tau2, out[n] = mean, out[2 * n] = se;
    out[3 * n] = mean - 1.959963984540054 * se, out[4 * n] = mean + 1.959963984540054 * se;
    out[5 * n] = Q, out[6 * n] = tau2 / (tau2 + df / c);
}

int main(int argc, char **argv) {
    if (argc != 3) return 2;
    int restricted = strcmp(argv[1], "reml") == 0, rounds = atoi(argv[2]);
    int64_t n, m;
    if (fread(&n, 8, 1, stdin) != 1 || fread(&m, 8, 1, stdin) != 1) return 3;
    int64_t *bounds = malloc(8 * (size_t)(n + 1));
    double *y = malloc(8 * (size_t)m), *v = malloc(8 * (size_t)m), *out = calloc((size_t)(7 * n), 8), best = 1e9;
    if (!bounds || !y || !v || !out) return 4;
    if (fread(bounds, 8, (size_t)(n + 1), stdin) != (size_t)(n + 1)) return 3;
    if (fread(y, 8, (size_t)m, stdin) != (size_t)m || fread(v, 8, (size_t)m, stdin) != (size_t)m) return 3;
    for (int round = 0; round < rounds; round++) {
        double start = now();
        for (int64_t s = 0; s < n; s++)
            one(y + bounds[s], v + bounds[s], bounds[s + 1] - bounds[s], restricted, out + s, n);
        double taken = now() - start;
        if (taken < best) best = taken;
    }
    fwrite(&best, 8, 1, stdout);
    fwrite(out, 8, (size_t)(7 * n), stdout);
    return 0;
}
