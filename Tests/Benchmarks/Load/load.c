// Sends one HTTP/1.1 request again and again over kept-alive connections to 127.0.0.1, and checks every answer.
//
//   closed loop (no --rate): each connection sends the next request when it has the answer to the last
//   open loop (--rate):      requests are due at even intervals, whatever the answers do; one that finds no free
//                            connection waits, and its time counts from when it was due. So a server that stalls
//                            is charged for all that would have come meanwhile (no coordinated omission).
//
// One thread. It prints "ready" when all connections are open and warm, waits for a line on its input, measures,
// prints one line of JSON, and keeps the connections open until its input ends: whoever started it can read the
// server's CPU time and memory before and after, for exactly the requests that it reports.
// With --tls the connections are secured by TLS 1.3; whoever answers is believed, for what is measured is not trust.
//
// With --numbers the request's number goes round in so many; --fill sends so many requests first, so that a cache has
// all of them.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "histogram.h"
#include "request.h"
#include "response.h"
#include "stream.h"

enum { READ_BUFFER = 1 << 18, HEAD_LIMIT = 1 << 14, EVENTS = 512 };
static const uint64_t NANOSECONDS = 1000000000;
static const uint64_t DRAIN_LIMIT = 10 * 1000000000ull;
// Numbers come in steps of a large prime, so that neighbours in time are none in the server's memory.
static const uint64_t NUMBER_STEP = 982451653;

typedef struct connection {
    stream stream;
    bool waits;         // a request is under way
    bool in_body;       // the head of its answer is there
    bool closes;        // the server closes after this answer
    bool wants_to_send; // a part of the request could not be sent yet
    int status;
    uint64_t body_left;
    uint64_t began; // when the request was sent, or due
    uint64_t number;
    size_t sent;
    size_t head_length; // bytes of an unfinished head
    char *head;
    struct connection *next_free;
} connection;

static struct {
    int port, connections, status;
    double seconds, warm_up, rate;
    int64_t length;
    uint64_t first_number, numbers, fill;
    bool tls;
    const char *request_path;
} options = {.connections = 1, .status = 200, .seconds = 5, .warm_up = 0.5, .length = -1, .numbers = 1};

static request_template request;
static connection *all;
static connection *first_free, *last_free;
static int poller;
static char buffer[READ_BUFFER];
static histogram times;
static uint64_t next_number, number_step, under_way;
static struct {
    uint64_t completed, unexpected, errors, reconnects, bytes;
    int unexpected_status;
    char error[160];
} counts;

static void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

static void note_error(const char *what) {
    if (counts.errors++ == 0) snprintf(counts.error, sizeof counts.error, "%s", what);
}

static void watch(connection *it, int operation, uint32_t events) {
    struct epoll_event event = {.events = events, .data.ptr = it};
    if (epoll_ctl(poller, operation, it->stream.descriptor, &event) != 0) fail("epoll_ctl: %s", strerror(errno));
}

static void open_connection(connection *it) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket: %s", strerror(errno));
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
        fail("can't connect to port %d: %s", options.port, strerror(errno));
    }
    int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (!stream_open(&it->stream, descriptor, options.tls)) fail("no TLS connection to port %d", options.port);
    if (fcntl(descriptor, F_SETFL, O_NONBLOCK) != 0) fail("fcntl: %s", strerror(errno));
    it->wants_to_send = false;
    it->in_body = false;
    it->head_length = 0;
    watch(it, EPOLL_CTL_ADD, EPOLLIN);
}

static void reopen(connection *it) {
    stream_close(&it->stream);
    counts.reconnects++;
    open_connection(it);
}

static void put_free(connection *it) {
    it->next_free = NULL;
    if (last_free) last_free->next_free = it; else first_free = it;
    last_free = it;
}

static connection *take_free(void) {
    connection *it = first_free;
    if (it && !(first_free = it->next_free)) last_free = NULL;
    return it;
}

static void send_rest(connection *it) {
    request_number(&request, it->number);
    ssize_t sent = stream_send(&it->stream, request.bytes + it->sent, request.length - it->sent);
    if (sent > 0) it->sent += (size_t)sent;
    if (sent < 0 && errno != EAGAIN) return; // the end of the connection is seen when it is read
    bool more = it->sent < request.length;
    if (more != it->wants_to_send) {
        it->wants_to_send = more;
        watch(it, EPOLL_CTL_MOD, more ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
}

static void start(connection *it, uint64_t began) {
    it->waits = true;
    it->began = began;
    it->sent = 0;
    it->number = options.first_number + next_number;
    next_number = (next_number + number_step) % options.numbers;
    under_way++;
    send_rest(it);
}

static void finish(connection *it, uint64_t time) {
    if (it->status == options.status) {
        histogram_add(&times, time - it->began);
        counts.completed++;
    } else {
        if (counts.unexpected++ == 0) counts.unexpected_status = it->status;
    }
    it->waits = false;
    it->in_body = false;
    under_way--;
    if (it->closes) reopen(it);
}

/// A request that came to nothing.
static void lose(connection *it, const char *what) {
    if (it->waits) {
        note_error(what);
        it->waits = false;
        under_way--;
    }
    reopen(it);
}

/// Reads what there is. True when the answer is complete, or lost, and the connection free again.
static bool receive(connection *it) {
    if (it->head_length) memcpy(buffer, it->head, it->head_length);
    ssize_t count = stream_receive(&it->stream, buffer + it->head_length, sizeof buffer - it->head_length);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (count <= 0) {
        bool waited = it->waits;
        lose(it, count == 0 ? "the connection was closed before its answer" : strerror(errno));
        return waited;
    }
    if (!it->waits) {
        note_error("bytes that nobody asked for");
        reopen(it);
        return false;
    }
    counts.bytes += (uint64_t)count;
    size_t length = it->head_length + (size_t)count, body = length;
    if (!it->in_body) {
        response_head head;
        int whole = response_parse(&head, buffer, length);
        if (whole < 0 || (whole == 0 && length >= HEAD_LIMIT)) {
            lose(it, "an answer that is not HTTP/1.1 with Content-Length");
            return true;
        }
        if (whole == 0) {
            if (!it->head && !(it->head = malloc(HEAD_LIMIT))) fail("no memory");
            memcpy(it->head, buffer, length);
            it->head_length = length;
            return false;
        }
        if (options.length >= 0 && head.status == options.status && head.body_length != (uint64_t)options.length) {
            lose(it, "a body of another length");
            return true;
        }
        it->status = head.status;
        it->closes = head.closes;
        it->body_left = head.body_length;
        it->in_body = true;
        it->head_length = 0;
        body = length - head.head_length;
    }
    if (body > it->body_left) {
        lose(it, "bytes behind the end of an answer");
        return true;
    }
    it->body_left -= body;
    if (it->body_left > 0) return false;
    finish(it, now());
    return true;
}

/// Lets requests go for so long, then waits for those under way. Returns how long it was until the last answer.
static uint64_t run(double seconds, double rate) {
    uint64_t begin = now(), end = begin + (uint64_t)(seconds * 1e9), due = begin;
    double interval = rate > 0 ? 1e9 / rate : 0;
    uint64_t issued = 0, last = begin;
    bool open_loop = interval > 0;
    if (!open_loop) for (connection *it; (it = take_free());) start(it, now());
    for (;;) {
        uint64_t time = now();
        if (open_loop) {
            while (due <= time && due < end && first_free) {
                start(take_free(), due);
                due = begin + (uint64_t)((double)++issued * interval);
            }
        }
        bool sending = open_loop ? due < end : time < end;
        if (!sending && under_way == 0) break;
        if (time > end + DRAIN_LIMIT) {
            note_error("answers were still missing long after the end");
            break;
        }
        uint64_t until = open_loop && sending && first_free ? due : end + DRAIN_LIMIT;
        if (!open_loop && sending) until = end;
        uint64_t wait = until > time ? until - time : 0;
        struct timespec limit = {.tv_sec = (time_t)(wait / NANOSECONDS), .tv_nsec = (long)(wait % NANOSECONDS)};
        struct epoll_event events[EVENTS];
        int count = epoll_pwait2(poller, events, EVENTS, &limit, NULL);
        if (count < 0 && errno != EINTR) fail("epoll_pwait2: %s", strerror(errno));
        for (int index = 0; index < count; index++) {
            connection *it = events[index].data.ptr;
            if (events[index].events & EPOLLOUT) send_rest(it);
            if (!(events[index].events & ~(uint32_t)EPOLLOUT)) continue;
            bool complete = receive(it);
            while (!complete && stream_holds_more(&it->stream)) complete = receive(it);
            if (!complete) continue;
            last = now();
            if (!open_loop && last < end) start(it, last); else put_free(it);
        }
    }
    return last - begin;
}

static double number(const char *text) {
    char *end;
    double value = strtod(text, &end);
    if (*text == 0 || *end != 0 || value < 0) fail("not a number: %s", text);
    return value;
}

static void read_options(int count, char **arguments) {
    static const struct option known[] = {
        {"port", required_argument, 0, 'p'},    {"connections", required_argument, 0, 'c'},
        {"seconds", required_argument, 0, 's'}, {"warm-up", required_argument, 0, 'w'},
        {"rate", required_argument, 0, 'r'},    {"request", required_argument, 0, 'f'},
        {"status", required_argument, 0, 'e'},  {"length", required_argument, 0, 'l'},
        {"first", required_argument, 0, 'i'},   {"numbers", required_argument, 0, 'n'},
        {"fill", required_argument, 0, 'k'},    {"tls", no_argument, 0, 't'},
        {0, 0, 0, 0}};
    for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (option) {
        case 'p': options.port = (int)number(optarg); break;
        case 'c': options.connections = (int)number(optarg); break;
        case 's': options.seconds = number(optarg); break;
        case 'w': options.warm_up = number(optarg); break;
        case 'r': options.rate = number(optarg); break;
        case 'f': options.request_path = optarg; break;
        case 'e': options.status = (int)number(optarg); break;
        case 'l': options.length = (int64_t)number(optarg); break;
        case 'i': options.first_number = (uint64_t)number(optarg); break;
        case 'n': options.numbers = (uint64_t)number(optarg); break;
        case 'k': options.fill = (uint64_t)number(optarg); break;
        case 't': options.tls = true; break;
        default: exit(2);
        }
    }
    if (!options.port || !options.request_path || options.connections < 1 || options.numbers < 1) {
        fail("usage: load --port PORT --request FILE [--connections N] [--seconds S] [--warm-up S] [--rate PER_SECOND]"
             " [--status CODE] [--length BYTES] [--first NUMBER] [--numbers COUNT] [--fill COUNT] [--tls]");
    }
}

int main(int count, char **arguments) {
    read_options(count, arguments);
    if (request_read(&request, options.request_path) != 0) fail("can't read %s", options.request_path);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_TIMERSLACK, 1000); // nanoseconds; 50,000 by default, which would bunch an open loop's requests
    poller = epoll_create1(EPOLL_CLOEXEC);
    all = calloc((size_t)options.connections, sizeof *all);
    if (poller < 0 || !all) fail("can't begin: %s", strerror(errno));
    for (int index = 0; index < options.connections; index++) {
        open_connection(&all[index]);
        put_free(&all[index]);
    }
    number_step = options.numbers == 1 ? 0 : NUMBER_STEP % options.numbers;
    while (counts.completed < options.fill && !counts.errors && !counts.unexpected) run(0.2, 0);
    run(options.warm_up, options.rate);
    if (counts.errors || counts.unexpected) {
        fail("warm-up: %lu errors (%s), %lu answers with another status than %d (the first: %d)", counts.errors,
             counts.error, counts.unexpected, options.status, counts.unexpected_status);
    }
    memset(&counts, 0, sizeof counts);
    histogram_clear(&times);

    puts("ready");
    fflush(stdout);
    for (int byte; (byte = getchar()) != '\n';) if (byte == EOF) exit(2);
    uint64_t taken = run(options.seconds, options.rate);
    printf("{\"completed\":%lu,\"unexpected\":%lu,\"unexpected_status\":%d,\"errors\":%lu,\"error\":\"%s\","
           "\"reconnects\":%lu,\"bytes\":%lu,\"nanoseconds\":%lu,\"p50\":%lu,\"p90\":%lu,\"p99\":%lu,\"p999\":%lu,"
           "\"longest\":%lu}\n",
           counts.completed, counts.unexpected, counts.unexpected_status, counts.errors, counts.error,
           counts.reconnects, counts.bytes, taken, histogram_quantile(&times, 0.5), histogram_quantile(&times, 0.9),
           histogram_quantile(&times, 0.99), histogram_quantile(&times, 0.999), times.largest);
    fflush(stdout);
    while (getchar() != EOF) {}
    return 0;
}
