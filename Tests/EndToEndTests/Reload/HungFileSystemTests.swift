import Foundation
import Glibc
import Testing

extension EndToEndTests {
    @Suite("A file system that doesn't answer")
    struct HungFileSystemTests {
        /// A library that has `open` wait as long as the file exists that HUNG_WHILE names, when the path ends with
        /// `live.yaml`: as it waits when a network's file system is gone.
        private static let library = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <fcntl.h>
            #include <stdarg.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>
            static const char *marker;
            // Before the program takes what it doesn't know out of its environment.
            __attribute__((constructor)) static void begin(void) {
                const char *given = getenv("HUNG_WHILE");
                if (given) marker = strdup(given);
            }
            static void wait_for(const char *path) {
                const char *end = path ? strstr(path, "live.yaml") : NULL;
                while (marker && end && end[9] == 0 && access(marker, F_OK) == 0) usleep(5000);
            }
            typedef int (*opener)(const char *, int, ...);
            #define DEFINE(name)                                                  \\
                int name(const char *path, int flags, ...) {                      \\
                    va_list arguments;                                            \\
                    va_start(arguments, flags);                                   \\
                    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0; \\
                    va_end(arguments);                                            \\
                    wait_for(path);                                               \\
                    return ((opener)dlsym(RTLD_NEXT, #name))(path, flags, mode);  \\
                }
            DEFINE(open)
            DEFINE(open64)
            """

        private static func map(_ path: String) -> String {
            "version: 1\nroutes:\n  \(path):\n    GET: read:trades\n"
        }

        @Test func holdsUpNeitherRequestsNorReloadsNorTheEnd() throws {
            let folder = try TemporaryFolder()
            let source = try folder.write("hung.c", Self.library)
            let library = folder.file("hung.so")
            let build = try ChildProcess.run("clang", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"])
            try #require(build.end == .exited(0), "\(build.errors)")
            let marker = folder.file("hung")
            try folder.write("live.yaml", Self.map("/one"))
            let gateway = try GatewayProcess(
                GatewaySettings(
                    upstream: "http://127.0.0.1:1",
                    rest: ["routes: \(folder.file("live.yaml"))", "reload: {watch: false, timeout: 1s}"],
                    environment: ["LD_PRELOAD": library, "HUNG_WHILE": marker]
                )
            )
            defer { gateway.child.kill() }
            try folder.write("live.yaml", Self.map("/two"))
            try folder.write("hung", "")
            for problem in ["the files were not read within 1s", "an earlier reload still waits"] {
                let answer = try gateway.admin("POST", "/reload")
                #expect(answer.status == 422 && answer.text.contains(problem), "\(answer.text)")
            }
            #expect(try gateway.exchange("GET", "/one").status == 401)
            // It is there again: what changed meanwhile is loaded.
            #expect(unlink(marker) == 0)
            try waitUntil("a reload succeeds") { try gateway.admin("POST", "/reload").status == 200 }
            #expect(try gateway.exchange("GET", "/two").status == 401)
            // And gone again, when the gateway is told to end.
            try folder.write("hung", "")
            #expect(try gateway.admin("POST", "/reload").status == 422)
            #expect(try gateway.terminate() == .exited(0))
        }
    }
}
