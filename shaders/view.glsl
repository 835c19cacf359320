// What every view reads. The masks are at the network's size, or at the picture's after refinement.
in vec2 uv;
out vec4 color;

uniform sampler2D frame;        // the picture as captured
uniform usampler2D labels;      // class of each pixel
uniform sampler2D confidence;   // its probability
uniform sampler2D tint;         // colour of each pixel's class, premultiplied; alpha 0 for what counts as background
uniform float opacity;

// Between mask pixels their colours are mixed, not their labels: those are names, their mean would be another class.
vec4 classColor(vec2 at)
{
    return texture(tint, at);
}

// A class shows as strongly as the network is sure of it.
vec3 tinted(vec2 at)
{
    float sure = smoothstep(0.2, 0.8, texture(confidence, at).r);
    vec4 shown = classColor(at) * opacity * mix(0.5, 1.0, sure);
    return texture(frame, at).rgb * (1.0 - shown.a) + shown.rgb;
}
