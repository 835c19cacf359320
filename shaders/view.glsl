// What every view reads. The masks are at the network's size, or at the picture's after refinement.
in vec2 uv;
out vec4 color;

uniform sampler2D frame;        // the picture as captured
uniform usampler2D labels;      // class of each pixel
uniform sampler2D confidence;   // its probability
uniform sampler2D palette;      // 256 x 1: colour of each class, premultiplied; alpha 0 for what counts as background
uniform float opacity;

// Bilinear blend of the four nearest labels' colours: labels are names, their mean would be another class.
vec4 classColor(vec2 at)
{
    vec2 size = vec2(textureSize(labels, 0));
    vec2 p = at * size - 0.5;
    ivec2 last = ivec2(size) - 1;
    ivec2 a = clamp(ivec2(floor(p)), ivec2(0), last);
    ivec2 b = clamp(ivec2(floor(p)) + 1, ivec2(0), last);
    vec2 t = fract(p);
    vec4 c00 = texelFetch(palette, ivec2(texelFetch(labels, a, 0).r, 0), 0);
    vec4 c10 = texelFetch(palette, ivec2(texelFetch(labels, ivec2(b.x, a.y), 0).r, 0), 0);
    vec4 c01 = texelFetch(palette, ivec2(texelFetch(labels, ivec2(a.x, b.y), 0).r, 0), 0);
    vec4 c11 = texelFetch(palette, ivec2(texelFetch(labels, b, 0).r, 0), 0);
    return mix(mix(c00, c10, t.x), mix(c01, c11, t.x), t.y);
}

// A class shows as strongly as the network is sure of it.
vec3 tinted(vec2 at)
{
    float sure = smoothstep(0.2, 0.8, texture(confidence, at).r);
    vec4 tint = classColor(at) * opacity * mix(0.5, 1.0, sure);
    return texture(frame, at).rgb * (1.0 - tint.a) + tint.rgb;
}
