#version 330 core
// The plane that fits foreground to colour in each window, and the window's mean colours in front and behind; in alpha, the share that
// the frame before has in this one, where nothing moves.
#include "matte.glsl"

layout(location = 0) out vec4 plane;        // foreground = dot(plane.rgb, colour) + plane.a
layout(location = 1) out vec4 front;
layout(location = 2) out vec4 behind;

uniform sampler2D means;
uniform sampler2D products;
uniform sampler2D others;
uniform sampler2D last;
uniform sampler2D cells;
uniform sampler2D before;       // cells of the frame before
uniform float kept;

const float Smoothness = 1e-4;  // variance of colour, in 0-1, that is taken for noise
const float Noise = 18.0 / 255.0;
const float Trace = 1e-3;       // of the mean, for windows that lie on one side

// Solves the filter's 3 x 3 equations as L D Lt, which loses no digits where colours lie on a line, as by determinants.
vec3 solve(vec3 diagonal, vec3 off, vec3 right)
{
    float l10 = off.x / diagonal.x, l20 = off.y / diagonal.x;
    float d1 = diagonal.y - l10 * off.x, rest = off.z - l20 * off.x;
    float l21 = rest / d1, d2 = diagonal.z - l20 * off.y - l21 * rest;
    float y1 = right.y - l10 * right.x, y2 = right.z - l20 * right.x - l21 * y1;
    float b = y2 / d2, g = y1 / d1 - l21 * b;
    return vec3(right.x / diagonal.x - l10 * g - l20 * b, g, b);
}

void main()
{
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec4 m = vec4(0.0), p = vec4(0.0), o = vec4(0.0);
    float bb = 0.0;
    for (int i = -Reach; i <= Reach; i++)
    {
        ivec2 at = inside(means, here + ivec2(0, i));
        m += texelFetch(means, at, 0);
        p += texelFetch(products, at, 0);
        o += texelFetch(others, at, 0);
        bb += texelFetch(last, at, 0).r;
    }

    float share = 1.0 / float(2 * Reach + 1);
    m *= share;
    p *= share;
    o *= share;
    bb *= share;
    vec3 diagonal = vec3(p.a, o.z, bb) - m.rgb * m.rgb + Smoothness;
    vec3 off = vec3(o.x, o.y, o.w) - vec3(m.r * m.g, m.r * m.b, m.g * m.b);
    vec3 a = solve(diagonal, off, p.rgb - m.rgb * m.a);
    plane = vec4(a, m.a - dot(a, m.rgb));
    vec3 apart = abs(texelFetch(cells, here, 0).rgb - texelFetch(before, here, 0).rgb);
    share = apart.r + apart.g + apart.b <= Noise ? kept : 0.0;
    front = vec4((p.rgb + m.rgb * Trace) / (m.a + Trace) + 0.5, share);
    behind = vec4((m.rgb - p.rgb + m.rgb * Trace) / (1.0 - m.a + Trace) + 0.5, 1.0);
}
