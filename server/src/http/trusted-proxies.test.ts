import { describe, expect, it } from "vitest";
import { createTrust, parseNetwork, senderAddress } from "./trusted-proxies.ts";

const isTrusted = createTrust(["10.0.0.0/8", "192.0.2.7", "fd00::/8"]);

describe("an address behind proxies", () => {
  it.each([
    // Nobody believes a stranger, whatever they write.
    ["203.0.113.9", "127.0.0.1", "203.0.113.9"],
    ["203.0.113.9", "10.0.0.1, 127.0.0.1", "203.0.113.9"],
    ["203.0.113.9", undefined, "203.0.113.9"],
    // The proxy appends what it saw; what stands before it was made up.
    ["10.0.0.1", "198.51.100.4", "198.51.100.4"],
    ["10.0.0.1", "127.0.0.1, 198.51.100.4", "198.51.100.4"],
    ["10.0.0.1", "10.9.9.9, 127.0.0.1, 198.51.100.4", "198.51.100.4"],
    ["10.0.0.1", "198.51.100.4, 192.0.2.7", "198.51.100.4"],
    ["10.0.0.1", "198.51.100.4, 192.0.2.7, 10.3.3.3", "198.51.100.4"],
    // Proxies only, or nothing that is an address: the last one that is known.
    ["10.0.0.1", "10.0.0.2", "10.0.0.2"],
    ["10.0.0.1", undefined, "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
    ["10.0.0.1", "unknown", "10.0.0.1"],
    ["10.0.0.1", "198.51.100.4, _hidden", "10.0.0.1"],
    ["10.0.0.1", "127.0.0.1\u0000, x", "10.0.0.1"],
    // The forms in which proxies write addresses.
    ["::ffff:10.0.0.1", "198.51.100.4", "198.51.100.4"],
    ["fd00::1", "2001:db8::5", "2001:db8::5"],
    ["fd00::1", "[2001:db8::5]:4711", "2001:db8::5"],
    ["10.0.0.1", "198.51.100.4:4711", "198.51.100.4"],
    ["10.0.0.1", "::ffff:198.51.100.4", "198.51.100.4"],
    ["fe80::1%eth0", "198.51.100.4", "fe80::1"],
  ])("%s with X-Forwarded-For %s is %s", (socket, forwardedFor, sender) => {
    expect(senderAddress(socket, forwardedFor, isTrusted)).toBe(sender);
  });

  it("is the socket's while no proxy is trusted", () => {
    expect(senderAddress("127.0.0.1", "198.51.100.4", createTrust([]))).toBe("127.0.0.1");
  });
});

describe("a network", () => {
  it.each(["10.0.0.5", "10.0.0.0/8", "0.0.0.0/0", "fd00::/8", "::1"])("%s is read", (text) => {
    expect(parseNetwork(text)).not.toBeNull();
  });

  it.each([
    "",
    "10.0.0",
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "10.0.0.0/-1",
    "proxy",
    "fe80::1%eth0",
  ])("%s is none", (text) => {
    expect(parseNetwork(text)).toBeNull();
  });
});
